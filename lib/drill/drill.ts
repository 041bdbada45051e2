import type { Fault } from '../faults/fault.ts'
import type { KubeObject } from '../kube/object.ts'
import { pending, waitFor } from '../kube/wait.ts'
import type { Lab } from '../lab.ts'
import type { InstalledMesh, Route } from '../meshes/mesh.ts'
import type { ClaimState, DrillFact, IntegrityCheck, OperationResult, StepName } from '../record/facts.ts'
import type { Backup, InstalledTool, RunningBackup } from '../tools/tool.ts'
import { parseDuration } from '../verdict/objectives.ts'
import type { DeployedWorkload, Workload } from '../workloads/workload.ts'
import { hostClock, type Clock } from './clock.ts'
import { damage } from './damage.ts'
import type { Measurements, StartMeasuring } from './measure.ts'
import { createNamespace, removeNamespace } from './namespace.ts'
import { watchStored } from './stored.ts'

/** What a drill needs to run. */
export interface DrillContext {
  lab: Lab
  mesh: InstalledMesh
  tool: InstalledTool
  workload: Workload
  fault: Fault
  /** The namespace of the drill's service. */
  namespace: string
  /** The class of the service's volumes; null for the cluster's default. */
  storageClass: string | null
  seed: number
  volumeBytes: number
  loadRps: number
  probeHz: number
  /** Whether the fault must take the service away: the drill then waits until it was seen to come back. */
  outage: boolean
  /** How long the service may take to be well again before the drill ends without it, such as '2m'. */
  patience: string
  /** Folder for the drill's files. */
  folder: string
  /** The machine's clock where it is not given. */
  clock?: Clock
  /** Starts load, probes and the sampling of resources. */
  measure: StartMeasuring
  /** Bytes that the tool has in the store for a namespace; null where its data is not in the store. Nothing is read where it is not given. */
  stored?: (lab: Lab, tool: InstalledTool, namespace: string) => Promise<number | null>
  /** What is still there of any fault in the lab, a sentence each. */
  inventory: (lab: Lab) => Promise<string[]>
  record: (fact: DrillFactBody) => void
  /** Runs a step: the test runner shows it. */
  step: <T>(name: StepName, what: string, body: () => Promise<T>) => Promise<T>
}

/** A fact without what the drill itself adds: its id and the time. */
export type DrillFactBody = DrillFact extends infer F ? (F extends DrillFact ? Omit<F, 'at' | 'drill'> : never) : never

/** A service that is up, loaded and measured. */
export interface ProvisionedService {
  /** Takes a backup and resolves when it has ended, in whatever state. */
  backUp(): Promise<Backup>
  /** Lets the service go on under its load, until it was well for so long, such as '10s': what it holds then is newer. */
  goOn(duration: string): Promise<void>
  /** Starts a backup and resolves when its data is moving. */
  startBackup(): Promise<{ ended(): Promise<Backup> }>
  /**
   * Injects the drill's fault and resolves when it was seen to have taken effect and, unless it is to last, when it was
   * taken away again.
   */
  break(): Promise<void>
  /** Loses the service by another fault first, so that the drill's own can strike what brings it back. */
  lose(first: Fault): Promise<void>
  /** Takes a fault away that lasts until then. */
  heal(): Promise<void>
  /** Reads every record back, while the fault's damage is there. */
  detect(): Promise<IntegrityCheck>
  /** Takes away what is left of the service's state, so that a restore can bring it back. */
  discard(): Promise<void>
  /** Restores from a backup, or the newest that there was when the fault struck, and resolves at the tool's terminal state. */
  restore(backup: Backup): Promise<void>
  /** Starts a restore and resolves when the volume is there for its data, or when the restore has ended. */
  startRestore(backup: Backup): Promise<RunningRestore>
  /** Restores a copy beside the service and reads it back: what a tool says of its backup is no proof. */
  prove(backup: Backup): Promise<void>
  /** Waits until the service is well again, reads everything back, and ends the measuring. */
  settle(): Promise<void>
  /** Ends the measuring, for a drill that did not get to `settle`. */
  stop(): Promise<void>
}

export interface RunningRestore {
  /** Resolves at the tool's terminal state. One that did not succeed is discarded and done again, as an operator would. */
  ended(): Promise<void>
}

/** How long a service must be well before and after, so that the verdict has something to stand on. */
const STEADY = { beforeMs: 4_000, slackMs: 500, afterMs: 5_000 }

/** Sets the service up behind the mesh, fills its volume, and puts load and probes on it. */
export async function provision(context: DrillContext): Promise<ProvisionedService> {
  return context.step('provision', `${context.workload.name} behind ${context.mesh.name}`, async () => {
    const { lab, mesh, workload, namespace, seed } = context
    await lab.cluster.loadImages(workload.images.map((name) => lab.artifacts.image(name)))
    await createNamespace(lab, mesh, namespace)
    const service = await workload.deploy(lab, namespace, { storageClass: context.storageClass })
    const route = await mesh.expose(service.service)
    await service.answers(route)
    const seeded = await service.seed(route, { seed, bytes: context.volumeBytes })
    const measuring = await context.measure(context, route, seeded)
    const running = { service, route, seeded, measuring }
    try {
      await recordStart(context, running)
    } catch (error) {
      // Nobody else knows yet that it runs.
      await measuring.stop()
      throw error
    }
    return provisioned(context, running)
  })
}

interface Running {
  service: DeployedWorkload
  route: Route
  seeded: number
  measuring: Measurements
}

/** What the service is like before anything is done to it. Fails where it is not well, or cannot be read back. */
async function recordStart(context: DrillContext, { service, route, seeded, measuring }: Running): Promise<void> {
  const { mesh, namespace, record, seed } = context
  if (!(await measuring.steady(STEADY.beforeMs, '60s'))) {
    throw new Error(
      `the service was never well for ${STEADY.beforeMs / 1000} s. Next: kubectl -n ${namespace} get pods`,
    )
  }
  const check = await service.verify(route, { seed, seeded, writes: measuring.writes })
  record({ kind: 'integrity.checked', phase: 'seeded', check })
  if (check.error !== null) throw new Error(`the seeded volume could not be read back: ${check.error}`)
  record({ kind: 'mesh.state', phase: 'before', state: await mesh.state(namespace) })
}

function provisioned(context: DrillContext, running: Running): ProvisionedService {
  const { lab, mesh, tool, fault, namespace, record, step, seed, clock = hostClock } = context
  const { service, route, seeded, measuring } = running
  const hurt = damage(context, service)

  const note = (text: string): void => {
    record({ kind: 'note', text })
  }
  const stored = watchStored(async () => (await context.stored?.(lab, tool, namespace)) ?? null, note)
  const start = async (): Promise<RunningBackup> => {
    await stored.begin()
    const name = `${namespace}-${clock.now().toString(36)}`
    record({ kind: 'backup.requested', name })
    return tool.backup(namespace, { name })
  }
  const end = async (backup: RunningBackup): Promise<Backup> => {
    const ended = await backup.finished()
    const storedBytes = await stored.grown()
    record({ kind: 'backup.ended', name: ended.name, operation: ended.result, storedBytes })
    hurt.backup = ended
    return ended
  }
  const check = async (phase: 'after-fault' | 'after-restore'): Promise<IntegrityCheck> => {
    const since = phase === 'after-fault' ? 'fault' : 'restore'
    const result = await service.verify(route, { seed, seeded, since, writes: measuring.writes })
    record({ kind: 'integrity.checked', phase, check: result })
    return result
  }

  /** What there is to restore from: of a tool that backs up by the clock, what it had made when the fault struck. */
  const newest = async (backup: Backup): Promise<Backup> => {
    if (backup.newestAt === undefined || hurt.sinceMs === null) return backup
    const found = await backup.newestAt(hurt.sinceMs)
    if (found.name !== backup.name) record({ kind: 'backup.found', name: found.name, operation: found.result })
    return found
  }
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: service.claim, namespace } }
  const lookForClaim = async (): Promise<ClaimState> => ((await lab.kube.get(claim)) === null ? 'gone' : 'there')
  const restoreOnce = async (backup: Backup): Promise<OperationResult> => {
    record({ kind: 'restore.requested', name: backup.name, claim: await lookForClaim() })
    const operation = await backup.restore()
    record({ kind: 'restore.ended', name: backup.name, operation, claim: await lookForClaim() })
    return operation
  }
  /** Resolves when the claim that is restored has its volume; true where the restore ended before that was seen. */
  const claimedOrEnded = async (restoring: Promise<unknown>): Promise<boolean> => {
    let over = false
    void restoring.then(() => (over = true))
    return waitFor(
      `claim "${service.claim}" of namespace "${namespace}" bound`,
      async () => {
        if (over) return true
        const phase = (await lab.kube.get<KubeObject & { status?: { phase?: string } }>(claim))?.status?.phase
        return phase === 'Bound' ? false : pending(phase ?? 'no claim')
      },
      {
        timeout: '5m',
        every: '50ms',
        hint: `kubectl -n ${namespace} describe pvc`,
        ...(context.clock === undefined ? {} : { clock }),
      },
    )
  }

  const readCopy = async (copy: string): Promise<IntegrityCheck> => {
    try {
      const copied = await mesh.expose({ ...service.service, namespace: copy })
      await service.answers(copied)
      return await service.verify(copied, { seed, seeded, writes: measuring.writes })
    } catch (error) {
      // A copy that does not answer is a finding about the backup, not an error of the drill.
      return { objects: 0, bytes: 0, findings: [], slots: [], error: String(error) }
    }
  }
  const strike = async (one: Fault): Promise<void> => {
    // A tool may stop the service to back it up: it must be well again before it is hurt, and be seen to be. What was lost
    // already will not be well before it is restored, and then there is no restore left to strike.
    const well =
      hurt.sinceMs !== null ||
      (await measuring.steady(STEADY.beforeMs, '10s', clock.now() - STEADY.beforeMs - STEADY.slackMs))
    if (!well) throw new Error(`the service was not seen to be well for ${STEADY.beforeMs / 1000} s before the fault`)
    await hurt.strike(one)
  }

  return {
    backUp: () => step('back up', tool.name, async () => end(await start())),
    goOn: (duration) =>
      step('back up', `the service goes on for ${duration}`, async () => {
        if (!(await measuring.steady(parseDuration(duration), '2m')))
          throw new Error(`the service was not seen to be well for ${duration} within 2 min`)
      }),
    startBackup: () =>
      step('back up', `${tool.name}, until its data is moving`, async () => {
        const backup = await start()
        if (!(await backup.moving())) {
          note('the backup ended before its data was seen to move: the fault comes after it')
        }
        return { ended: () => step('back up', `${tool.name}, until it has ended`, () => end(backup)) }
      }),
    break: () => step('break', fault.description, () => strike(fault)),
    lose: (first) => step('break', first.description, () => strike(first)),
    heal: () => step('break', 'the fault is taken away', hurt.heal),
    detect: () => step('break', 'read every record back', () => check('after-fault')),
    discard: () => step('restore', 'take the damaged state away', () => service.discard(lab)),
    restore: (backup) =>
      step('restore', tool.name, async () => {
        await restoreOnce(await newest(backup))
      }),
    startRestore: (backup) =>
      step('restore', `${tool.name}, until the volume is there`, async () => {
        const chosen = await newest(backup)
        const restoring = restoreOnce(chosen)
        // Its failure is told by ended(): nobody waits for it until then.
        const settled = restoring.catch(() => null)
        if (await claimedOrEnded(settled)) {
          note('the restore ended before its volume was seen: the fault comes after it')
        }
        const ended = () =>
          step('restore', `${tool.name}, until it has ended`, async () => {
            if ((await restoring).succeeded) return
            await service.discard(lab)
            await restoreOnce(chosen)
          })
        return { ended }
      }),
    prove: (backup) =>
      step('assert', 'what the backup holds, restored beside the service', async () => {
        if (!backup.result.succeeded) {
          note(`the backup says "${backup.result.state}" of itself: there is nothing to prove`)
          return
        }
        const copy = `${namespace}-copy`
        await removeNamespace(lab, copy)
        try {
          const operation = await backup.restore({ into: copy })
          const result = await readCopy(copy)
          record({ kind: 'backup.proved', name: backup.name, operation, check: result })
        } finally {
          await removeNamespace(lab, copy)
        }
      }),
    settle: () =>
      step('assert', 'the service is back, every byte and the mesh too', async () => {
        // What is not seen here is not an error of the drill: the verdict says what it means.
        if (context.outage && hurt.sinceMs !== null) await measuring.outageSeen(hurt.sinceMs, '10s')
        if (!(await measuring.steady(STEADY.afterMs, context.patience))) {
          note(`the service was not well for ${STEADY.afterMs / 1000} s within ${context.patience}`)
        }
        // The load ends first: a write that is on its way while the records are read would look lost.
        await measuring.stopLoad()
        await check('after-restore')
        record({ kind: 'mesh.state', phase: 'after', state: await mesh.state(namespace) })
        await measuring.stop()
        await hurt.clear()
      }),
    async stop() {
      await measuring.stop()
      await hurt.clear()
    },
  }
}
