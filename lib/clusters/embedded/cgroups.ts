import { readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pending, waitFor } from '../../system/wait.ts'

const CGROUP_ROOT = '/sys/fs/cgroup'

/** The cgroup of a host, relative to the root of each hierarchy. It contains the lab's id, so that it is unique. */
export const cgroupOf = (labId: string, host: string): string => `${labCgroup(labId)}/${host}`

const labCgroup = (labId: string): string => `meshdrill-${labId}`

/** The lab's folders in all cgroup hierarchies: one for each controller in v1, a single one in v2. */
export async function cgroupsOfLab(labId: string): Promise<string[]> {
  const candidates = [CGROUP_ROOT, ...(await readdir(CGROUP_ROOT)).map((name) => join(CGROUP_ROOT, name))]
  const folders = candidates.map((folder) => join(folder, labCgroup(labId)))
  const there = await Promise.all(
    folders.map((folder) =>
      readdir(folder).then(
        () => true,
        () => false,
      ),
    ),
  )
  return folders.filter((_, index) => there[index])
}

/** A cgroup and all its descendants, parents first; empty if the cgroup does not exist. */
export async function cgroupTree(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => null)
  if (entries === null) return []
  const below = await Promise.all(entries.filter((e) => e.isDirectory()).map((e) => cgroupTree(join(root, e.name))))
  return [root, ...below.flat()]
}

/** Removes a cgroup, children first. A cgroup may be busy for a moment after its last process has ended. */
export async function removeCgroup(root: string): Promise<void> {
  for (const folder of (await cgroupTree(root)).reverse()) {
    await waitFor(
      `cgroup "${folder}" removed`,
      () =>
        rmdir(folder).then(
          () => true,
          (error: unknown) => (isMissing(error) ? true : pending(String(error))),
        ),
      { timeout: '5s', every: '50ms' },
    )
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'
