import type { Clock } from '../system/wait.ts'
import { removeNamespace } from '../lab/namespaces.ts'
import type { Fault } from '../faults/fault.ts'
import { strikeOnce } from '../faults/support/strike.ts'
import type { DeployedWorkload, Workload } from '../workloads/workload.ts'
import type { Backup, BackupTool, InstalledTool } from '../components/tool.ts'
import { broken, claim, withBackups } from './broken.ts'
import type { FlawName } from '../verdict/flaws.ts'

/*
 * Ways to break any backup tool on any cluster. Each wraps the tool's interface, and changes what the tool restores or what it
 * reports. The wrapped tool itself is the same as in the drills.
 */

/** Damages the restored data with a fault: a missing file, or a flipped bit. */
export const damagesWhatItRestores = (
  tool: BackupTool,
  flaw: FlawName,
  createFault: () => Fault<string>,
  workload: Workload,
  { pods, claims }: Pick<DeployedWorkload, 'pods' | 'claims'>,
  seed: number,
): BackupTool =>
  broken(tool, flaw, (whole, lab) =>
    withBackups(whole, (backup, namespace) => ({
      ...backup,
      async restore(options = {}) {
        const result = await backup.restore(options)
        const aim = { namespace: options.into ?? namespace, pods, claims, workload, mesh: lab.mesh }
        const target = { ...aim, seed, tool: whole, backup }
        await strikeOnce(lab, createFault(), target)
        return result
      },
    })),
  )

/** Always restores the first backup of a namespace, also if a newer one is requested. */
export const restoresYesterday = (tool: BackupTool): BackupTool =>
  broken(tool, 'restores-yesterday', (whole) => {
    const oldest = new Map<string, Backup>()
    return withBackups(whole, (backup, namespace) => {
      const first = oldest.get(namespace) ?? backup
      oldest.set(namespace, first)
      return { ...backup, restore: (options) => first.restore(options) }
    })
  })

/**
 * Restores the data into another namespace, and restores the service without its data. `hollow` is the same tool, which backs up
 * everything except the data.
 */
export const restoresElsewhere = (tool: BackupTool, hollow: BackupTool): BackupTool =>
  broken(tool, 'restores-elsewhere', (whole, lab) => {
    const shells = new Map<string, Backup>()
    const withShells: InstalledTool = {
      ...whole,
      async backup(namespace, { name }) {
        const running = await whole.backup(namespace, { name })
        const shell = await hollow.attach(lab).backup(namespace, { name: `${name}-empty` })
        const finished = async () => {
          shells.set(namespace, await shell.waitUntilFinished())
          return running.waitUntilFinished()
        }
        return { name, waitUntilMoving: () => running.waitUntilMoving(), waitUntilFinished: finished }
      },
    }
    return withBackups(withShells, (backup, namespace) => ({
      ...backup,
      async restore(options = {}) {
        const elsewhere = `${options.into ?? namespace}-elsewhere`
        const result = await backup.restore({ into: elsewhere })
        await removeNamespace(lab, elsewhere)
        await shells.get(namespace)?.restore(options)
        return result
      },
    }))
  })

/**
 * Reports a backup as completed when the objects are stored, while the data is still being copied. Its restore has no data.
 * `hollow` is the same tool, which backs up everything except the data.
 */
export const saysDoneTooEarly = (tool: BackupTool, hollow: BackupTool, clock: Clock): BackupTool =>
  broken(tool, 'says-done-too-early', (whole, lab) => ({
    ...whole,
    async backup(namespace, { name }) {
      const startedMs = clock.now()
      const shell = await (await hollow.attach(lab).backup(namespace, { name: `${name}-objects` })).waitUntilFinished()
      const running = await whole.backup(namespace, { name })
      const restore: Backup['restore'] = async (options) => {
        const result = await shell.restore(options)
        return { ...result, state: 'Completed', succeeded: true, bytes: 1 }
      }
      const finished = () => Promise.resolve({ name, result: claim(clock, 1, startedMs), objects: [], restore })
      return { name, waitUntilMoving: () => running.waitUntilMoving(), waitUntilFinished: finished }
    },
  }))

/** Waits before each restore. */
export const restoresLate = (tool: BackupTool, clock: Clock, delayMs: number): BackupTool =>
  broken(tool, 'restores-late', (whole) =>
    withBackups(whole, (backup) => ({
      ...backup,
      async restore(options) {
        await clock.sleep(delayMs)
        return backup.restore(options)
      },
    })),
  )

/** Reports a restore as completed as soon as it starts. */
export const saysRestoredTooEarly = (tool: BackupTool, clock: Clock): BackupTool =>
  broken(tool, 'says-restored-too-early', (whole) =>
    withBackups(whole, (backup) => ({
      ...backup,
      restore(options) {
        // Hides the real result, even a failure.
        backup.restore(options).catch(() => undefined)
        return Promise.resolve(claim(clock, 1))
      },
    })),
  )

/** Restores the service, but not the policy of its mesh. `lift` lifts that policy for a namespace. */
export const failsOpen = (tool: BackupTool, lift: (namespace: string) => Promise<void>): BackupTool =>
  broken(tool, 'fails-open', (whole) =>
    withBackups(whole, (backup, namespace) => ({
      ...backup,
      async restore(options = {}) {
        const result = await backup.restore(options)
        await lift(options.into ?? namespace)
        return result
      },
    })),
  )
