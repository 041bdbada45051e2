import { readFile, rm } from 'node:fs/promises'
import { run } from '../../system/run.ts'
import { createStorage, detachStorage, mountStorage, releaseStorage, storageFolder } from '../embedded/storage.ts'

/** Not in a user's folder: mounts belong to the machine, and the next run must find them, whoever starts it. */
export const STORAGE_LAB = '/var/lib/meshdrill/kind'

/**
 * Folder of the file system that all nodes share. Volumes that outlive a node and can be snapshotted need it. Null if this
 * process may not mount one: drills of snapshots are then skipped.
 */
export const storageOf = (machine = { platform: process.platform, uid: process.getuid?.() }): string | null =>
  machine.platform === 'linux' && machine.uid === 0 ? storageFolder(STORAGE_LAB) : null

/** Creates and mounts the shared file system. Remains of a run without a state file are removed first. */
export async function makeStorage(): Promise<void> {
  await removeStorage()
  const device = await createStorage(STORAGE_LAB)
  const [program = '', ...args] = mountStorage(device, STORAGE_LAB)
  await run(program, args)
  // The loop device is freed when the file system is unmounted.
  await releaseStorage(device)
}

/** Removes the shared file system with its content. */
export async function removeStorage(): Promise<void> {
  const folder = storageFolder(STORAGE_LAB)
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n')
  if (mounts.some((line) => line.split(' ')[1] === folder)) await run('umount', [folder])
  await detachStorage(STORAGE_LAB)
  await rm(STORAGE_LAB, { recursive: true, force: true })
}
