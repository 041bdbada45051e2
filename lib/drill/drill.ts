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

/** How long a service must be well before and after, so that the verdict has something to stand on. */
const STEADY = { beforeMs: 4_000, slackMs: 500, afterMs: 5_000 }

/** Sets the service up behind the mesh, fills its volume, and puts load and probes on it. */
export async function provision(context: DrillContext): Promise<ProvisionedService> {
  return context.step('provision', `${context.workload.name} behind ${context.mesh.name}`, async () => {
    const { lab, mesh, workload, namespace, seed } = context
    await lab.cluster.loadImages(workload.images.map((name) => lab.artifacts.image(name)))
    await createNamespace(lab, mesh, namespace)
    const service = await workload.deploy(lab, namespace, { storageClass: context.storageClass })
    const { route, end: conceal } = await mesh.expose(service.service)
    // What has begun is ended here if a later step fails: the drill does not know of it yet.
    const begun = [conceal]
    try {
      await service.answers(route)
      const seeded = await service.seed(route, { seed, bytes: context.volumeBytes })
      const measuring = await context.measure(context, route, seeded)
      begun.unshift(() => measuring.stop())
      const running = { service, route, conceal, seeded, measuring }
      await recordStart(context, running)
      return provisioned(context, running)
    } catch (error) {
      await runAll(begun)
      throw error
    }
  })
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
  record({ kind: 'mesh.state', phase: 'before', state: await readMesh(mesh, namespace) })
}

/** The state of the mesh, with the aspects that this mesh has no such thing for. */
async function readMesh(mesh: InstalledMesh, namespace: string): Promise<MeshState> {
  const notOffered = MESH_ASPECTS.filter((aspect) => !mesh.offers.includes(aspect))
  return { ...(await mesh.state(namespace)), notOffered }
}

function provisioned(context: DrillContext, running: Running): ProvisionedService {
  const { lab, mesh, tool, fault, namespace, record, step, seed, clock = hostClock } = context
  const { service, route, conceal, seeded, measuring } = running
  const injected = damage(context, service, measuring.nodes)

  const { start, end, newest } = watchBackups(context, injected)
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
    // A tool may stop the service to back it up: it must be well again before the fault, and this must be observed. What was lost
    // already will not be well before it is restored, and then there is no restore left to strike.
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
    heal: () => step('break', 'the fault is taken away', injected.heal),
    detect: () => step('break', 'read every record back', () => check('after-fault')),
    discard: () => step('restore', 'take the damaged state away', () => service.discard(lab)),
    restore: (backup) =>
      step('restore', tool.name, async () => {
        await restore(await newest(backup))
      }),
    startRestore: (backup) =>
      step('restore', `${tool.name}, until the volume is there`, async () => {
        const chosen = await newest(backup)
        const restoring = restore(chosen)
        // Its failure is told by ended(): nobody waits for it until then.
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
      step('assert', 'what the backup holds, restored beside the service', async () => {
        if (!backup.result.succeeded) {
          note(`the backup says "${backup.result.state}" of itself: there is nothing to prove`)
          return
        }
        await prove(backup)
      }),
    settle: () =>
      step('assert', 'the service is back, every byte and the mesh too', async () => {
        // What is not seen here is not an error of the drill: the verdict says what it means.
        if (context.outage && injected.sinceMs !== null) await measuring.outageSeen(injected.sinceMs, '10s')
        if (!(await measuring.steady(STEADY.afterMs, context.patience))) {
          note(`the service was not well for ${STEADY.afterMs / 1000} s within ${context.patience}`)
        }
        // The load ends first: a write that is on its way while the records are read would look lost.
        await measuring.stopLoad()
        await check('after-restore')
        record({ kind: 'mesh.state', phase: 'after', state: await readMesh(mesh, namespace) })
        await measuring.stop()
        await conceal()
        await injected.clear()
      }),
    // A disk that is full, or a client that does not stop, keeps no fault from being undone.
    stop: () => runAll([injected.heal, () => measuring.stop(), conceal, injected.clear]),
  }
}
