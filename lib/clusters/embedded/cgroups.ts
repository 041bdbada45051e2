import { readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pending, waitFor } from '../../system/wait.ts'

const CGROUP_ROOT = '/sys/fs/cgroup'

/** The cgroup of a host, below the root of each hierarchy. The id of the lab tells it from every other cgroup. */
export const cgroupOf = (labId: string, host: string): string => `${labCgroup(labId)}/${host}`

const labCgroup = (labId: string): string => `meshdrill-${labId}`

/** The lab's folder in every cgroup hierarchy: one for each controller in v1, a single one in v2. */
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

/** A cgroup and all below it, from the top down; empty where there is none. */
export async function cgroupTree(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => null)
  if (entries === null) return []
  const below = await Promise.all(entries.filter((e) => e.isDirectory()).map((e) => cgroupTree(join(root, e.name))))
  return [root, ...below.flat()]
}

/** A cgroup is removed as an empty folder, its children first; one whose last process just ended may be busy a moment. */
export async function removeCgroup(root: string): Promise<void> {
  for (const folder of (await cgroupTree(root)).reverse()) {
    await waitFor(
      `cgroup "${folder}" removed`,
      () =>
        rmdir(folder).then(
          () => true,
          (error: unknown) => (gone(error) ? true : pending(String(error))),
        ),
      { timeout: '5s', every: '50ms' },
    )
  }
}

const gone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'
