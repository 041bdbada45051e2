import { readFile, rm } from 'node:fs/promises'
import { run } from '../../system/run.ts'
import { createStorage, detachStorage, mountStorage, releaseStorage, storageFolder } from '../embedded/storage.ts'

/** Not in a user's folder: what is mounted is the machine's, and whoever comes next must find it. */
export const STORAGE_LAB = '/var/lib/meshdrill/kind'

/**
 * Volumes that outlive a node and can be snapshotted need a file system of the machine that all nodes see. Null where this
 * process may not mount one: the drills of snapshots are skipped then.
 */
export const storageOf = (machine = { platform: process.platform, uid: process.getuid?.() }): string | null =>
  machine.platform === 'linux' && machine.uid === 0 ? storageFolder(STORAGE_LAB) : null

/** Makes it, mounted; what a run left of one whose notes are lost goes first. */
export async function makeStorage(): Promise<void> {
  await removeStorage()
  const device = await createStorage(STORAGE_LAB)
  const [program = '', ...args] = mountStorage(device, STORAGE_LAB)
  await run(program, args)
  // It goes with the mount.
  await releaseStorage(device)
}

/** Removes it with all that it held. */
export async function removeStorage(): Promise<void> {
  const folder = storageFolder(STORAGE_LAB)
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n')
  if (mounts.some((line) => line.split(' ')[1] === folder)) await run('umount', [folder])
  await detachStorage(STORAGE_LAB)
  await rm(STORAGE_LAB, { recursive: true, force: true })
}
