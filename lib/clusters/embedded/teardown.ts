import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pending, waitFor } from '../../kube/wait.ts'
import { cgroupTree, ourCgroups, removeCgroup } from './cgroups.ts'
import { bornAt } from '../../process.ts'
import { killHost } from './host.ts'
import { removeNetwork } from './network.ts'
import { labFolder } from './paths.ts'
import { readState, removeFiles } from './state.ts'
import { detachStorage } from './storage.ts'

/**
 * Ends the lab, whatever state it is in, and everything that it left on the machine: processes, network devices, cgroups,
 * files. Returns what was there, in words; empty when there was nothing.
 */
export async function tearDown(): Promise<string[]> {
  const found: string[] = []
  const state = await readState().catch(() => null)
  const hosts = [...(state?.nodes ?? []), ...(state?.hosts ?? [])]
  await Promise.all(hosts.map(killHost))
  if (hosts.length > 0) found.push(`${hosts.length} hosts`)
  // A run that was killed while it started a host had not noted it yet: its processes are those of our cgroups.
  const strays = await strayProcesses()
  for (const pid of strays) process.kill(pid, 'SIGKILL')
  if (strays.length > 0) found.push(`${strays.length} processes`)
  await waitFor(
    'processes of the lab gone',
    async () => {
      const left = await strayProcesses()
      return left.length === 0 ? true : pending(`processes ${left.join(', ')}`)
    },
    { timeout: '10s', every: '50ms' },
  )
  await removeNetwork()
  await detachStorage()
  const cgroups = await ourCgroups()
  for (const cgroup of cgroups) await removeCgroup(cgroup)
  if (state !== null || (await readdir(labFolder()).catch(() => [])).length > 0) found.push('files')
  await removeFiles()
  return found
}

async function strayProcesses(): Promise<number[]> {
  const pids = new Set<number>()
  for (const root of await ourCgroups()) {
    for (const folder of await cgroupTree(root)) {
      const procs = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '')
      for (const line of procs.split('\n')) if (line !== '' && line !== '0') pids.add(Number(line))
    }
  }
  const running = await Promise.all([...pids].map(async (pid) => ((await bornAt(pid)) === null ? null : pid)))
  return running.filter((pid) => pid !== null)
}
