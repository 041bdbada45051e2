import type { Clock } from '../drill/clock.ts'
import { createNamespace } from '../drill/namespace.ts'
import type { Fault } from '../faults/fault.ts'
import type { Lab } from '../lab.ts'
import type { InstalledMesh } from '../meshes/mesh.ts'
import type { Backup, BackupTool } from '../tools/tool.ts'
import type { DeployedWorkload, Workload } from '../workloads/workload.ts'
import { broken, claim, withBackups } from './broken.ts'

/*
 * Ways to break any backup tool, on any cluster. Each says of itself what a tool would that works, and each must be failed.
 */

/** Where a service is started on an empty volume. */
export interface Ground {
  mesh: InstalledMesh
  workload: Workload
  clock: Clock
}

async function startEmpty(lab: Lab, { mesh, workload }: Ground, namespace: string): Promise<void> {
  await createNamespace(lab, mesh, namespace)
  await workload.deploy(lab, namespace, { storageClass: null })
}

/** Backs up nothing and says Completed; its restore starts the service on an empty volume. `bytes` is what it claims to have moved. */
export const backsUpNothing = (tool: BackupTool, ground: Ground, bytes: number): BackupTool =>
  broken(tool, 'backs-up-nothing', (whole, lab) => ({
    ...whole,
    backup: (namespace, { name }) => {
      const restore = async ({ into = namespace } = {}) => {
        const startedMs = ground.clock.now()
        await startEmpty(lab, ground, into)
        return claim(ground.clock, bytes, startedMs)
      }
      return Promise.resolve({
        name,
        moving: () => Promise.resolve(true),
        finished: () => Promise.resolve({ name, result: claim(ground.clock, bytes), objects: [], restore }),
      })
    },
  }))

/** Damages what it restores, as `fault` would: a file that is left out, a bit that flips. */
export const damagesWhatItRestores = (
  tool: BackupTool,
  createFault: () => Fault,
  { pods, claim: name }: Pick<DeployedWorkload, 'pods' | 'claim'>,
  seed: number,
): BackupTool =>
  broken(tool, 'damages-what-it-restores', (whole, lab) =>
    withBackups(whole, (backup, namespace) => ({
      ...backup,
      async restore(options = {}) {
        const result = await backup.restore(options)
        const target = { namespace: options.into ?? namespace, pods, claim: name, seed, tool: whole, backup }
        await createFault().inject(lab, target)
        return result
      },
    })),
  )

/** Restores the first backup that it ever made of a namespace, whichever is asked for. */
export const restoresTheOldest = (tool: BackupTool): BackupTool =>
  broken(tool, 'restores-the-oldest', (whole) => {
    const oldest = new Map<string, Backup>()
    return withBackups(whole, (backup, namespace) => {
      const first = oldest.get(namespace) ?? backup
      oldest.set(namespace, first)
      return { ...backup, restore: (options) => first.restore(options) }
    })
  })

/** Restores into a volume that nobody asked for, beside the service, which is started on an empty one. */
export const restoresElsewhere = (tool: BackupTool, ground: Ground): BackupTool =>
  broken(tool, 'restores-elsewhere', (whole, lab) =>
    withBackups(whole, (backup, namespace) => ({
      ...backup,
      async restore({ into = namespace } = {}) {
        const result = await backup.restore({ into: `${into}-elsewhere` })
        await startEmpty(lab, ground, into)
        return result
      },
    })),
  )

/** Says that a backup has ended well as soon as its data moves. */
export const saysDoneTooEarly = (tool: BackupTool, clock: Clock): BackupTool =>
  broken(tool, 'says-done-too-early', (whole) => ({
    ...whole,
    async backup(namespace, options) {
      const running = await whole.backup(namespace, options)
      return {
        name: running.name,
        moving: () => running.moving(),
        async finished() {
          const startedMs = clock.now()
          await running.moving()
          const restore: Backup['restore'] = async (into) => {
            const result = await (await running.finished()).restore(into)
            return {
              ...claim(clock, result.bytes ?? 0, startedMs),
              startedMs: result.startedMs,
              endedMs: result.endedMs,
            }
          }
          return { name: running.name, result: claim(clock, 1, startedMs), objects: [], restore }
        },
      }
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
