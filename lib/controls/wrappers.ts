import type { Clock } from '../system/wait.ts'
import { removeNamespace } from '../lab/namespaces.ts'
import type { Fault } from '../faults/fault.ts'
import { strikeOnce } from '../faults/support/strike.ts'
import type { DeployedWorkload, Workload } from '../workloads/workload.ts'
import type { Backup, BackupTool, InstalledTool } from '../components/tool.ts'
import { broken, claim, withBackups } from './broken.ts'
import type { FlawName } from '../verdict/flaws.ts'

/*
 * Ways to break any backup tool, on any cluster, through the interface that every tool has. What is wrong is done to what the
 * tool brings back, or to what it says: the tool itself is the one that is drilled without them.
 */

/** Damages what it restores, as `fault` would: a file that is left out, a byte that is another. */
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

/** Restores the first backup that it ever made of a namespace, whichever is asked for. */
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
 * Restores into a volume that nobody asked for, of another namespace, and brings the service back without its data. `hollow` is
 * the same tool as it brings back everything but the data.
 */
export const restoresElsewhere = (tool: BackupTool, hollow: BackupTool): BackupTool =>
  broken(tool, 'restores-elsewhere', (whole, lab) => {
    const shells = new Map<string, Backup>()
    const noting: InstalledTool = {
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
    return withBackups(noting, (backup, namespace) => ({
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
 * Says that a backup has ended well when the objects are stored and the data is still moving; what it restores is what there is
 * of it by then. `hollow` is the same tool as it backs up everything but the data.
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

/** Waits before it restores. */
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

/** Says that a restore has ended well as soon as it was asked for. */
export const saysRestoredTooEarly = (tool: BackupTool, clock: Clock): BackupTool =>
  broken(tool, 'says-restored-too-early', (whole) =>
    withBackups(whole, (backup) => ({
      ...backup,
      restore(options) {
        // Nobody is told how it went on.
        backup.restore(options).catch(() => undefined)
        return Promise.resolve(claim(clock, 1))
      },
    })),
  )
