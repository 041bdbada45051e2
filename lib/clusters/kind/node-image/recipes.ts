import { join } from 'node:path'
import { corednsImage, localPathImage, pauseImage, recipeOf, type Recipe } from '../../embedded/images/recipes.ts'
import { busybox } from '../../../components/busybox/component.ts'
import type { PackedImage } from '../../../lab/built.ts'
import { programOf } from '../../embedded/toolchain/programs.ts'
import { KUBERNETES } from '../../versions.ts'

/** Version of Kubernetes in the node image, such as `v1.36.3`. */
export const kubernetesVersion: string = KUBERNETES.version

/** Name of the node image in Docker. */
export const nodeImage = `meshdrill/node:${kubernetesVersion}`

const registry = 'registry.k8s.io'
const planes = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy']

/** Shell scripts that call programs by name. One binary contains all of the programs. */
export const wrapperScripts = (names: readonly string[], program: string): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, `#!/bin/sh\nexec ${program} ${name} "$@"\n`]))

const kubernetes = '/usr/local/bin/kubernetes'
const byName = Object.entries(wrapperScripts([...planes, 'kubectl'], kubernetes)).map(([name, text]) => [
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

/** Images in every node, with the names that kubeadm and kind use, so that nothing is pulled. */
export const nodeRecipes: readonly Recipe[] = [
  recipeOf(kubernetesImage, { also: planes.map((name) => `${registry}/${name}:${kubernetesVersion}`) }),
  recipeOf(etcdImage),
  // The first tag is kubeadm's, the second is that of kind's containerd.
  recipeOf(pauseImage, { reference: `${registry}/pause:3.10.2`, also: [`${registry}/pause:3.10`] }),
  recipeOf(corednsImage),
  recipeOf(localPathImage),
  recipeOf(busybox.built.images['meshdrill/busybox']),
]
