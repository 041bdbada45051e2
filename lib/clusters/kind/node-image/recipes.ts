import { join } from 'node:path'
import { corednsImage, localPathImage, pauseImage, recipeOf, type Recipe } from '../../embedded/images/recipes.ts'
import { busybox } from '../../../components/busybox/component.ts'
import type { PackedImage } from '../../../lab/built.ts'
import { programOf } from '../../embedded/toolchain/programs.ts'
import { KUBERNETES } from '../../versions.ts'

/** Kubernetes of our node images, such as `v1.36.3`. */
export const kubernetesVersion: string = KUBERNETES.version

/** By which Docker and kind know our node image. */
export const nodeImage = `meshdrill/node:${kubernetesVersion}`

const registry = 'registry.k8s.io'
const planes = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy']

/** Programs by their names, of the one file that holds them all. */
export const calls = (names: readonly string[], program: string): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, `#!/bin/sh\nexec ${program} ${name} "$@"\n`]))

const kubernetes = '/usr/local/bin/kubernetes'
const byName = Object.entries(calls([...planes, 'kubectl'], kubernetes)).map(([name, text]) => [
  `/usr/local/bin/${name}`,
  text,
])

const kubernetesImage: PackedImage = {
  reference: 'localhost/meshdrill/kubernetes:1',
  entrypoint: [kubernetes],
  user: '',
  content: [
    { built: { [kubernetes]: 'kubernetes' } },
    { texts: Object.fromEntries(byName) as Record<string, string> },
    { set: 'busybox' },
    { host: ['/usr/sbin/nft', '/usr/sbin/conntrack', '/usr/sbin/ip'] },
    { scripts: { '/network.sh': join(import.meta.dirname, 'network.sh') } },
  ],
}

const etcdImage: PackedImage = {
  reference: `${registry}/etcd:${programOf('etcd').module?.version.slice(1) ?? ''}-0`,
  entrypoint: ['/usr/local/bin/etcd'],
  user: '',
  content: [{ built: { '/usr/local/bin/etcd': 'etcd' } }],
}

/** The images in every node, by the names that kubeadm and kind ask for. Nothing is pulled. */
export const nodeRecipes: readonly Recipe[] = [
  recipeOf(kubernetesImage, { also: planes.map((name) => `${registry}/${name}:${kubernetesVersion}`) }),
  recipeOf(etcdImage),
  // By kubeadm's tag, and by that of kind's containerd.
  recipeOf(pauseImage, { reference: `${registry}/pause:3.10.2`, also: [`${registry}/pause:3.10`] }),
  recipeOf(corednsImage),
  recipeOf(localPathImage),
  recipeOf(busybox.built.images['meshdrill/busybox']),
]
