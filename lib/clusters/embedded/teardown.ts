import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pending, waitFor } from '../../system/wait.ts'
import { cgroupsOfLab, cgroupTree, removeCgroup } from './cgroups.ts'
import { endWatchdog } from '../../faults/undo/watchdog.ts'
import { bornAt } from '../../system/process.ts'
import { isSameUserAndCheckout, userAndCheckout, type UserAndCheckout } from '../../system/environment.ts'
import { isRunning, killHost, type RunningHost } from './host.ts'
import { removeNetwork } from './network.ts'
import { labFolder } from './paths.ts'
import { readState, removeFiles, readIdentity } from './state.ts'
import { detachStorage } from './storage.ts'

/**
 * Ends the lab in whatever state it is, and removes its processes, network devices, cgroups and files. Objects without the
 * lab's id are not touched. Returns descriptions of the removed objects. Errors: the lab runs and belongs to another user or
 * checkout.
 */
export async function tearDown(): Promise<string[]> {
  const found: string[] = []
  const state = await readState().catch(() => null)
  const identity = state?.identity ?? (await readIdentity())
  const hosts = [...(state?.nodes ?? []), ...(state?.hosts ?? [])]
  const problem =
    identity === null ? null : problemOfOthersLab(identity, userAndCheckout(), await isAlive(identity.id, hosts))
  if (problem !== null) throw new Error(problem)
  await endWatchdog(labFolder())
  await Promise.all(hosts.map(killHost))
  if (hosts.length > 0) found.push(`${hosts.length} hosts`)
  if (identity !== null) found.push(...(await removeOfLab(identity.id)))
  await detachStorage()
  if (state !== null || (await readdir(labFolder()).catch(() => [])).length > 0) found.push('files')
  await removeFiles()
  return found
}

const isAlive = async (labId: string, hosts: RunningHost[]): Promise<boolean> =>
  (await Promise.all(hosts.map(isRunning))).some(Boolean) || (await processesOf(labId)).length > 0

/** Why a user must not end a lab, with the next command; null if they may. Every user may remove a lab that does not run. */
export function problemOfOthersLab(lab: UserAndCheckout, me: UserAndCheckout, isAlive: boolean): string | null {
  if (!isAlive || isSameUserAndCheckout(lab, me)) return null
  return (
    `The lab that runs on this machine was created by user "${lab.user}" in "${lab.checkout}": it is left alone. ` +
    `Next, as that user: cd ${quote(lab.checkout)} && npm run lab:down`
  )
}

/** A path as one word of a shell command. */
const quote = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`)

/** Removes a lab's processes, links and cgroups. Returns a description of the killed processes. */
async function removeOfLab(labId: string): Promise<string[]> {
  // The state lacks hosts that a run was starting when it was killed. Their processes are in the lab's cgroups.
  const strays = await processesOf(labId)
  for (const pid of strays) process.kill(pid, 'SIGKILL')
  await waitFor(
    'processes of the lab gone',
    async () => {
      const left = await processesOf(labId)
      return left.length === 0 ? true : pending(`processes ${left.join(', ')}`)
    },
    { timeout: '10s', every: '50ms' },
  )
  await removeNetwork(labId)
  for (const cgroup of await cgroupsOfLab(labId)) await removeCgroup(cgroup)
  return strays.length > 0 ? [`${strays.length} processes`] : []
}

/** Processes in the cgroups of a lab. */
async function processesOf(labId: string): Promise<number[]> {
  const pids = new Set<number>()
  for (const root of await cgroupsOfLab(labId)) {
    for (const folder of await cgroupTree(root)) {
      const procs = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '')
      for (const line of procs.split('\n')) if (line !== '' && line !== '0') pids.add(Number(line))
    }
  }
  const running = await Promise.all([...pids].map(async (pid) => ((await bornAt(pid)) === null ? null : pid)))
  return running.filter((pid) => pid !== null)
}
