import { join } from 'node:path'
import type { ImageFile } from '../../embedded/images/image.ts'
import { built, busybox, host, recipes, root, type ImageSources, type Recipe } from '../../embedded/images/recipes.ts'
import { allComponents } from '../../embedded/toolchain/components.ts'

const versionOf = (name: string): string =>
  allComponents.find((component) => component.name === name)?.module?.version ?? ''

/** Kubernetes of our node images, such as `v1.36.3`. */
export const kubernetesVersion = versionOf('kubernetes')

/** By which Docker and kind know our node image. */
export const nodeImage = `meshdrill/node:${kubernetesVersion}`

const registry = 'registry.k8s.io'
const planes = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy']

/** Programs by their names, of the one file that holds them all. */
export const calls = (names: readonly string[], program: string): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, `#!/bin/sh\nexec ${program} ${name} "$@"\n`]))

async function kubernetesFiles(sources: ImageSources): ReturnType<Recipe['files']> {
  const program = '/usr/local/bin/kubernetes'
  const named = Object.entries(calls([...planes, 'kubectl'], program)).map(([name, text]): [string, ImageFile] => [
    `/usr/local/bin/${name}`,
    { text, mode: 0o755 },
  ])
  return {
    ...(await built({ [program]: 'kubernetes' })(sources)),
    ...Object.fromEntries(named),
    ...busybox(),
    ...host('/usr/sbin/nft', '/usr/sbin/conntrack', '/usr/sbin/ip'),
    '/network.sh': { source: join(import.meta.dirname, 'network.sh'), mode: 0o755 },
  }
}

const EMBEDDED = ['coredns', 'busybox', 'local-path-provisioner'].map((name) => `localhost/meshdrill/${name}:1`)

/** What is in every node, by the names that kubeadm and kind ask for: nothing is pulled. */
export const nodeRecipes: readonly Recipe[] = [
  {
    reference: 'localhost/meshdrill/kubernetes:1',
    also: planes.map((name) => `${registry}/${name}:${kubernetesVersion}`),
    entrypoint: ['/usr/local/bin/kubernetes'],
    user: root,
    files: kubernetesFiles,
  },
  {
    reference: `${registry}/etcd:${versionOf('etcd').slice(1)}-0`,
    entrypoint: ['/usr/local/bin/etcd'],
    user: root,
    files: built({ '/usr/local/bin/etcd': 'etcd' }),
  },
  {
    // By kubeadm's tag, and by that of kind's containerd.
    reference: `${registry}/pause:3.10.2`,
    also: [`${registry}/pause:3.10`],
    entrypoint: ['/node-init', 'pause'],
    user: root,
    files: built({ '/node-init': 'node-init' }),
  },
  ...recipes.filter(({ reference }) => EMBEDDED.includes(reference)),
]
