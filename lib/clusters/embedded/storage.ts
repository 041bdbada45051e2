import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseManifest, podsReady, type KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { labFolder } from './paths.ts'
import { run } from './run.ts'

/** Sparse: what is not written takes no room on the machine's disk. */
const CAPACITY_BYTES = 64 * 2 ** 30

const imageFile = (): string => join(labFolder(), 'storage.img')

/** Where every node has the volumes that outlive it: one btrfs, as a storage network would offer to all. */
export const storageFolder = (): string => join(labFolder(), 'storage')

/**
 * Makes the file system of the cluster's network volumes and returns its loop device, which each node mounts. Once they
 * have, `releaseStorage` lets the device go with the last of them, however they end.
 */
export async function createStorage(): Promise<string> {
  await mkdir(storageFolder(), { recursive: true })
  const file = await open(imageFile(), 'w')
  await file.truncate(CAPACITY_BYTES)
  await file.close()
  await run('mkfs.btrfs', ['--quiet', '--nodiscard', imageFile()])
  return (await run('losetup', ['--find', '--show', imageFile()])).trim()
}

/** The kernel detaches the device when nobody mounts it any more. */
export async function releaseStorage(device: string): Promise<void> {
  await run('losetup', ['--detach', device])
}

/** Detaches a device that a run left behind which was killed before its nodes had mounted it. */
export async function detachStorage(): Promise<void> {
  for (const line of (await run('losetup', ['--associated', imageFile()])).split('\n')) {
    const device = line.split(':')[0] ?? ''
    if (device !== '') await releaseStorage(device)
  }
}

/** What a node runs to have the volumes. */
export const mountStorage = (device: string): string[] => ['mount', '-t', 'btrfs', device, storageFolder()]

/** Objects of the CSI driver, its sidecars and its classes. */
export async function storageObjects(): Promise<KubeObject[]> {
  const file = new URL('storage.yaml', import.meta.url)
  return parseManifest((await readFile(file, 'utf8')).replaceAll('STORAGE', storageFolder()), file.pathname)
}

export async function storageReady(kube: KubeClient, nodes: number): Promise<void> {
  await podsReady(kube, 'storage', { app: 'storage-controller' }, { timeout: '60s' })
  await podsReady(kube, 'storage', { app: 'storage-node' }, { timeout: '60s', count: nodes })
}
