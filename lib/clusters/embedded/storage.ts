import { mkdir, open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseManifest, podsReady, type KubeClient } from '../../kube/client.ts'
import { waitForDefinitions } from '../../kube/definitions.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Cluster } from '../../lab/cluster.ts'
import { labFolder } from './paths.ts'
import { run } from '../../system/run.ts'

const IMAGES = ['csi-driver', 'csi-provisioner', 'csi-snapshotter', 'snapshot-controller'].map(
  (name) => `localhost/meshdrill/${name}:1`,
)

/** Size of a sparse file: only written blocks use space on the machine's disk. */
const CAPACITY_BYTES = 64 * 2 ** 30

const imageFile = (lab: string): string => join(lab, 'storage.img')

/** Folder with the volumes that outlive a node. All nodes mount the same btrfs there, like a storage network. */
export const storageFolder = (lab = labFolder()): string => join(lab, 'storage')

/**
 * Creates the file system for the cluster's network volumes and returns its loop device. Each node mounts it. After that, call
 * `releaseStorage`, so that the kernel removes the device when the last node has ended.
 */
export async function createStorage(lab = labFolder()): Promise<string> {
  await mkdir(storageFolder(lab), { recursive: true })
  const image = imageFile(lab)
  const file = await open(image, 'w')
  await file.truncate(CAPACITY_BYTES)
  await file.close()
  await run('mkfs.btrfs', ['--quiet', '--nodiscard', image])
  return (await run('losetup', ['--find', '--show', image])).trim()
}

/** Makes the kernel detach the device after its last unmount. */
export async function releaseStorage(device: string): Promise<void> {
  await run('losetup', ['--detach', device])
}

/**
 * Detaches devices of a run that was killed before its nodes had mounted them, even if their image was deleted. Devices of other
 * files are never touched.
 */
export async function detachStorage(lab = labFolder()): Promise<void> {
  const image = imageFile(lab)
  const listed = await run('losetup', ['--list', '--json', '--output', 'NAME,BACK-INO,BACK-FILE'])
  const inode = await stat(image).then(
    ({ ino }) => ino,
    () => null,
  )
  for (const device of devicesOf(listed, { image, inode })) await releaseStorage(device)
}

/**
 * Loop devices of the file `image`. `listed` is the output of `losetup --list --json`, which is empty if there is no device. The
 * kernel marks a deleted file. A file with the same path and another inode belongs to a container with its own root.
 */
export function devicesOf(listed: string, { image, inode }: { image: string; inode: number | null }): string[] {
  if (listed.trim() === '') return []
  const { loopdevices } = JSON.parse(listed) as {
    loopdevices: { name: string; 'back-ino': number; 'back-file': string | null }[]
  }
  return loopdevices
    .filter((device) => {
      const file = device['back-file']
      return file === `${image} (deleted)` || (file === image && device['back-ino'] === inode)
    })
    .map(({ name }) => name)
}

/** Command with which a node mounts the volumes. */
export const mountStorage = (device: string, lab = labFolder()): string[] => [
  'mount',
  ...['-t', 'btrfs', device, storageFolder(lab)],
]

/** Installs the CSI driver, its sidecars and its classes. Every node must have the file system at the same path. */
export async function installStorage(
  { loadImages, artifacts }: Pick<Cluster, 'loadImages' | 'artifacts'>,
  kube: KubeClient,
  { nodes, lab = labFolder() }: { nodes: number; lab?: string },
): Promise<void> {
  await loadImages(IMAGES)
  const definitions = await artifacts.manifests('external-snapshotter/crds')
  await kube.apply(definitions)
  await waitForDefinitions(kube, definitions)
  await kube.apply(await storageObjects(lab))
  await storageReady(kube, nodes)
}

async function storageObjects(lab: string): Promise<KubeObject[]> {
  const file = new URL('storage.yaml', import.meta.url)
  return parseManifest((await readFile(file, 'utf8')).replaceAll('STORAGE', storageFolder(lab)), file.pathname)
}

async function storageReady(kube: KubeClient, nodes: number): Promise<void> {
  await podsReady(kube, 'storage', { app: 'storage-controller' }, { timeout: '60s' })
  await podsReady(kube, 'storage', { app: 'storage-node' }, { timeout: '60s', count: nodes })
}
