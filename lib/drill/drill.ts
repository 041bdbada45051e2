import type { Fault } from '../faults/fault.ts'
import type { InstalledMesh } from '../components/mesh.ts'
import { MESH_ASPECTS, type IntegrityCheck, type MeshState } from '../record/facts.ts'
import { runAll } from '../system/run-all.ts'
import { parseDuration } from '../system/quantity.ts'
import { watchBackups } from './backups.ts'
import { hostClock } from '../system/wait.ts'
import type { DrillContext } from './context.ts'
import { damage } from './damage.ts'
import { createNamespace } from './service.ts'
import { watchRestores } from './restores.ts'
import type { ProvisionedService, Running } from './service.ts'

/** Time that a service must be healthy before and after the fault, so that the verdict has enough evidence. */
const STEADY = { beforeMs: 4_000, slackMs: 500, afterMs: 5_000 }

/** Deploys the service behind the mesh, fills its volume, and starts load and probes. */
export async function provision(context: DrillContext): Promise<ProvisionedService> {
  return context.step('provision', `${context.workload.name} behind ${context.mesh.name}`, async () => {
    const { lab, mesh, workload, namespace, seed } = context
    await lab.cluster.loadImages(workload.images.map((name) => lab.artifacts.image(name)))
    await createNamespace(lab, mesh, namespace)
    const exposure = context.expose?.(context) ?? null
    await exposure?.plant()
    const service = await workload.deploy(lab, namespace, { storageClass: context.storageClass })
    const { route, denied, end: conceal } = await mesh.expose(service.service)
    // If a later step fails, everything started so far is stopped here: the drill does not know of it yet.
    const begun = [conceal]
    try {
      await service.answers(route)
      const seeded = await service.seed(route, { seed, bytes: context.volumeBytes })
      const measuring = await context.measure(context, { route, denied }, seeded)
      begun.unshift(() => measuring.stop())
      const running = { service, route, conceal, seeded, measuring, exposure }
      await recordStart(context, running)
      return provisioned(context, running)
    } catch (error) {
      await runAll(begun)
      throw error
    }
  })
}

/** Records the initial state of the service. Throws if it is not healthy, or cannot be read back. */
async function recordStart(context: DrillContext, { service, route, seeded, measuring }: Running): Promise<void> {
  const { mesh, namespace, record, seed } = context
  const check = await service.verify(route, { seed, seeded, writes: measuring.writes })
  record({ kind: 'integrity.checked', phase: 'seeded', check })
  if (check.error !== null) throw new Error(`the seeded volume could not be read back: ${check.error}`)
  record({ kind: 'mesh.state', phase: 'before', state: await readMesh(mesh, namespace) })
  // At last, so that this time shows the answers to users while nothing else happens.
  if (await measuring.steady(STEADY.beforeMs, '60s')) return
  throw new Error(`the service was never well for ${STEADY.beforeMs / 1000} s. Next: kubectl -n ${namespace} get pods`)
}

/** The state of the mesh, with the aspects that this mesh does not offer. */
async function readMesh(mesh: InstalledMesh, namespace: string): Promise<MeshState> {
  const notOffered = MESH_ASPECTS.filter((aspect) => !mesh.offers.includes(aspect))
  return { ...(await mesh.state(namespace)), notOffered }
}

function provisioned(context: DrillContext, running: Running): ProvisionedService {
  const { lab, mesh, tool, fault, namespace, record, step, seed, clock = hostClock } = context
  const { service, route, conceal, seeded, measuring, exposure } = running
  const injected = damage(context, service, measuring.nodes)

  const { start, end, newest } = watchBackups(context, injected, exposure)
  const { restore, claimedOrEnded, prove } = watchRestores(context, running)

  const note = (text: string): void => {
    record({ kind: 'note', text })
  }
  const check = async (phase: 'after-fault' | 'after-restore'): Promise<IntegrityCheck> => {
    const since = phase === 'after-fault' ? 'fault' : 'restore'
    const result = await service.verify(route, { seed, seeded, since, writes: measuring.writes })
    record({ kind: 'integrity.checked', phase, check: result })
    return result
  }

  const strike = async (one: Fault<string>): Promise<void> => {
    // A tool may stop the service for a backup: it must be healthy again before the fault, and this must be observed.
    // If the state is already lost, it is not healthy before the restore, and then waiting would end before the fault
    // can strike the restore.
    const well =
      injected.sinceMs !== null ||
      (await measuring.steady(STEADY.beforeMs, '10s', clock.now() - STEADY.beforeMs - STEADY.slackMs))
    if (!well) throw new Error(`the service was not seen to be well for ${STEADY.beforeMs / 1000} s before the fault`)
    await injected.strike(one)
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
        if (!(await backup.waitUntilMoving())) {
          note('the backup ended before its data was seen to move: the fault comes after it')
        }
        return { ended: () => step('back up', `${tool.name}, until it has ended`, () => end(backup)) }
      }),
    break: () => step('break', fault.description, () => strike(fault)),
    lose: (first) => step('break', first.description, () => strike(first)),
    heal: () => step('break', 'the fault is healed', injected.heal),
    detect: () => step('break', 'read every record back', () => check('after-fault')),
    discard: () => step('restore', 'remove the damaged state', () => service.discard(lab)),
    restore: (backup) =>
      step('restore', tool.name, async () => {
        await restore(await newest(backup))
      }),
    startRestore: (backup) =>
      step('restore', `${tool.name}, until the volume exists`, async () => {
        const chosen = await newest(backup)
        const restoring = restore(chosen)
        // A failure is reported by ended(). Until then it is not awaited.
        const settled = restoring.catch(() => null)
        if (await claimedOrEnded(settled)) {
          note('the restore ended before its volume was seen: the fault comes after it')
        }
        const ended = () =>
          step('restore', `${tool.name}, until it has ended`, async () => {
            if ((await restoring).succeeded) return
            await service.discard(lab)
            await restore(chosen)
          })
        return { ended }
      }),
    prove: (backup) =>
      step('assert', 'restore the backup beside the service and read it back', async () => {
        if (!backup.result.succeeded) {
          note(`the tool reported "${backup.result.state}" for the backup, so its content needs no proof`)
          return
        }
        await prove(backup)
      }),
    settle: () =>
      step('assert', 'the service, its data and the mesh are as before', async () => {
        // Missing observations are not an error of the drill: the verdict judges them.
        if (context.outage && injected.sinceMs !== null) await measuring.outageSeen(injected.sinceMs, '10s')
        if (!(await measuring.steady(STEADY.afterMs, context.patience))) {
          note(`the service was not well for ${STEADY.afterMs / 1000} s within ${context.patience}`)
        }
        // The load ends first: a write in flight would look lost while the records are read.
        await measuring.stopLoad()
        await check('after-restore')
        record({ kind: 'mesh.state', phase: 'after', state: await readMesh(mesh, namespace) })
        await measuring.stop()
        await conceal()
        await injected.clear()
        await exposure?.search()
      }),
    // A full disk or a client that does not stop must not prevent the undo of a fault.
    stop: () => runAll([injected.heal, () => measuring.stop(), conceal, injected.clear]),
  }
}
