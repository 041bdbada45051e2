import type { Fault, ObservedFault } from '../faults/fault.ts'
import type { KubeObject } from '../kube/object.ts'
import { pending, waitFor } from '../kube/wait.ts'
import type { Lab } from '../lab.ts'
import type { InstalledMesh, Route } from '../meshes/mesh.ts'
import type { DrillFact, IntegrityCheck, StepName } from '../record/facts.ts'
import type { Backup, InstalledTool, RunningBackup } from '../tools/tool.ts'
import type { DeployedWorkload, Workload } from '../workloads/workload.ts'
import type { Measurements, StartMeasuring } from './measure.ts'

/** What a drill needs to run. */
export interface DrillContext {
  lab: Lab
  mesh: InstalledMesh
  tool: InstalledTool
  workload: Workload
  fault: Fault
  /** The namespace of the drill's service. */
  namespace: string
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
  /** Starts load, probes and the sampling of resources. */
  measure: StartMeasuring
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
  /** Starts a backup and resolves when its data is moving. */
  startBackup(): Promise<{ ended(): Promise<Backup> }>
  /** Injects the drill's fault and resolves when it was seen to have taken effect. */
  break(): Promise<void>
  /** Reads every record back, while the fault's damage is there. */
  detect(): Promise<IntegrityCheck>
  /** Takes away what is left of the service's state, so that a restore can bring it back. */
  discard(): Promise<void>
  /** Restores from a backup and resolves at the tool's terminal state. */
  restore(backup: Backup): Promise<void>
  /** Restores a copy beside the service and reads it back: what a tool says of its backup is no proof. */
  prove(backup: Backup): Promise<void>
  /** Waits until the service is well again, reads everything back, and ends the measuring. */
  settle(): Promise<void>
  /** Ends the measuring, for a drill that did not get to `settle`. */
  stop(): Promise<void>
}

/** How long a service must be well before and after, so that the verdict has something to stand on. */
const STEADY = { beforeMs: 4_000, afterMs: 5_000 }

/** Sets the service up behind the mesh, fills its volume, and puts load and probes on it. */
export async function provision(context: DrillContext): Promise<ProvisionedService> {
  return context.step('provision', `${context.workload.name} behind ${context.mesh.name}`, async () => {
    const { lab, mesh, workload, namespace, seed } = context
    await lab.cluster.loadImages(workload.images)
    await createNamespace(context)
    const service = await workload.deploy(lab, namespace)
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
  const { lab, mesh, tool, fault, namespace, record, step, seed } = context
  const { service, route, seeded, measuring } = running
  let observed: ObservedFault | null = null

  const start = async (): Promise<RunningBackup> => {
    const name = `${namespace}-${Date.now().toString(36)}`
    record({ kind: 'backup.requested', name })
    return tool.backup(namespace, { name })
  }
  const end = async (backup: RunningBackup): Promise<Backup> => {
    const ended = await backup.finished()
    record({ kind: 'backup.ended', name: ended.name, operation: ended.result })
    return ended
  }
  const check = async (phase: 'after-fault' | 'after-restore'): Promise<IntegrityCheck> => {
    const result = await service.verify(route, { seed, seeded, writes: measuring.writes })
    record({ kind: 'integrity.checked', phase, check: result })
    return result
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

  return {
    backUp: () => step('back up', tool.name, async () => end(await start())),
    startBackup: () =>
      step('back up', `${tool.name}, until its data is moving`, async () => {
        const backup = await start()
        if (!(await backup.moving())) {
          record({ kind: 'note', text: 'the backup ended before its data was seen to move: the fault comes after it' })
        }
        return { ended: () => step('back up', `${tool.name}, until it has ended`, () => end(backup)) }
      }),
    break: () =>
      step('break', fault.description, async () => {
        const { pods, claim } = service
        record({ kind: 'fault.requested', fault: fault.name, target: namespace })
        observed = await fault.inject(lab, { namespace, pods, claim, seed })
        record({ kind: 'fault.observed', fault: fault.name, between: observed.between, evidence: observed.evidence })
        const evidence = await observed.heal()
        record({ kind: 'fault.healed', fault: fault.name, evidence })
      }),
    detect: () => step('break', 'read every record back', () => check('after-fault')),
    discard: () => step('restore', 'take the damaged state away', () => service.discard(lab)),
    restore: (backup) =>
      step('restore', tool.name, async () => {
        record({ kind: 'restore.requested', name: backup.name })
        const operation = await backup.restore()
        record({ kind: 'restore.ended', name: backup.name, operation })
      }),
    prove: (backup) =>
      step('assert', 'what the backup holds, restored beside the service', async () => {
        if (!backup.result.succeeded) {
          record({
            kind: 'note',
            text: `the backup says "${backup.result.state}" of itself: there is nothing to prove`,
          })
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
        if (context.outage && observed !== null) await measuring.outageSeen(observed.between[0], '10s')
        if (!(await measuring.steady(STEADY.afterMs, context.patience))) {
          record({
            kind: 'note',
            text: `the service was not well for ${STEADY.afterMs / 1000} s within ${context.patience}`,
          })
        }
        // The load ends first: a write that is on its way while the records are read would look lost.
        await measuring.stopLoad()
        await check('after-restore')
        record({ kind: 'mesh.state', phase: 'after', state: await mesh.state(namespace) })
        await measuring.stop()
      }),
    stop: () => measuring.stop(),
  }
}

async function createNamespace({ lab, mesh, namespace }: DrillContext): Promise<void> {
  const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
  if ((await lab.kube.get(reference)) !== null) await removeNamespace(lab, namespace)
  const object: KubeObject = {
    ...reference,
    metadata: { name: namespace, labels: mesh.namespaceLabels, annotations: { 'chaos-mesh.org/inject': 'enabled' } },
  }
  await lab.kube.apply([object])
}

/** Deletes a drill's namespace and resolves when it is gone. */
export async function removeNamespace(lab: Lab, namespace: string): Promise<void> {
  const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
  await lab.kube.delete(reference)
  await waitFor(
    `namespace "${namespace}" gone`,
    async () => ((await lab.kube.get(reference)) === null ? true : pending('still terminating')),
    { timeout: '120s', hint: `kubectl get namespace ${namespace} -o yaml` },
  )
}
