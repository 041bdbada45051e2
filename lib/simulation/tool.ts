import type { OperationResult } from '../record/facts.ts'
import type { Backup, BackupTool, InstalledTool, RunningBackup } from '../components/tool.ts'
import { RECORD_BYTES, SEGMENT_SLOTS } from '../workloads/ledger/record.ts'
import { copyOut, STORE_POLL_MS, type Copy } from './copy.ts'
import type { ToolTraits } from './copy.ts'
import { Volume } from './volume.ts'
import type { Mover, World } from './world.ts'

/** Namespace of the simulated tool's pods. */
export const TOOL_NAMESPACE = 'simulated-tool'

/** A correct backup tool for simulated volumes. */
export function simulatedTool(world: World, traits: ToolTraits): BackupTool {
  const installed: InstalledTool = {
    name: 'simulated',
    strategy: `${traits.copies}${traits.everyMs === null ? '' : ', scheduled'}`.replaceAll(' ', '-'),
    version: 'none',
    parts: () => ({
      pods: [{ namespace: TOOL_NAMESPACE, prefix: '' }],
      mover: { namespace: TOOL_NAMESPACE, labels: { role: 'mover' } },
      secret: null,
      prefix: null,
    }),
    backup: (namespace, { name }) =>
      Promise.resolve(
        traits.everyMs === null ? backUp(world, traits, namespace, name) : schedule(world, traits, namespace, name),
      ),
  }
  return {
    name: installed.name,
    strategy: installed.strategy,
    volumes: 'any',
    requires: () => Promise.resolve([]),
    install: () => Promise.resolve(installed),
    attach: () => installed,
  }
}

function backUp(world: World, traits: ToolTraits, namespace: string, name: string): RunningBackup {
  let begun: () => void = () => undefined
  const moving = new Promise<true>((resolve) => {
    begun = () => {
      resolve(true)
    }
  })
  const work = (async (): Promise<Backup> => {
    const startedMs = reportedTime(world, traits)
    await world.clock.sleep(200 + 300 * world.draw('tool')())
    const copy = await copyOut(world, traits, namespace, begun)
    return backupOf(world, traits, { namespace, name, copy, startedMs })
  })()
  return { name, waitUntilMoving: () => Promise.race([moving, work.then(() => false)]), waitUntilFinished: () => work }
}

/** Repeats backups on the tool's schedule, from the first requested one until the volume is gone. */
function schedule(world: World, traits: ToolTraits, namespace: string, name: string): RunningBackup {
  const made: Backup[] = []
  const newestAt = (ms: number): Promise<Backup> => {
    const found = made.findLast(({ result: { succeeded, endedMs } }) => succeeded && (endedMs ?? Infinity) <= ms)
    return found ? Promise.resolve(found) : Promise.reject(new Error(`no backup of "${namespace}" ended before ${ms}`))
  }
  const makeOne = async (running: RunningBackup): Promise<Backup> => {
    const backup: Backup = { ...(await running.waitUntilFinished()), newestAt }
    made.push(backup)
    return backup
  }
  const first = backUp(world, traits, namespace, name)
  const work = makeOne(first)
  const goOn = async () => {
    await work
    const { volume } = world.service(namespace)
    for (let number = 2; ; number++) {
      await world.clock.sleep(traits.everyMs ?? 0)
      if (volume === null || world.service(namespace).volume !== volume) return
      await makeOne(backUp(world, traits, namespace, `${name}-${number}`))
    }
  }
  void goOn()
  return { ...first, waitUntilFinished: () => work }
}

interface Made {
  namespace: string
  name: string
  copy: Copy
  startedMs: number
}

function backupOf(world: World, traits: ToolTraits, { namespace, name, copy, startedMs }: Made): Backup {
  const result = conclude(world, traits, startedMs, copy)
  return { name, result, objects: [], restore: ({ into } = {}) => restore(world, traits, copy, into ?? namespace) }
}

/** Creates the claim, copies the backup into it, and starts the service. */
async function restore(world: World, traits: ToolTraits, copy: Copy, namespace: string): Promise<OperationResult> {
  const { clock, movers } = world
  const startedMs = reportedTime(world, traits)
  const service = world.service(namespace)
  const failed = { files: 0, problem: `the claim of namespace "${namespace}" still exists` }
  if (service.volume !== null) return conclude(world, traits, startedMs, failed)
  const mover: Mover = { namespace, sinceMs: clock.now(), killed: false }
  movers.add(mover)
  await clock.sleep(200 + 300 * world.draw('tool')())
  service.volume = new Volume()
  await clock.sleep(traits.restoreMs)
  while (world.store.away) await clock.sleep(STORE_POLL_MS)
  movers.delete(mover)
  if (mover.killed) return conclude(world, traits, startedMs, { files: 0, problem: 'the mover was killed' })
  service.volume = new Volume(copy.held)
  void service.startLater(traits.startUpMs)
  return conclude(world, traits, startedMs, { ...copy, problem: null })
}

function conclude(
  world: World,
  traits: ToolTraits,
  startedMs: number,
  { files, problem }: Pick<Copy, 'files' | 'problem'>,
): OperationResult {
  return {
    state: problem === null ? 'Completed' : 'Failed',
    succeeded: problem === null,
    startedMs,
    endedMs: reportedTime(world, traits),
    bytes: files * SEGMENT_SLOTS * RECORD_BYTES,
    details: problem === null ? { files } : { files, message: problem },
  }
}

/** The time that the tool reports, by the cluster's clock. */
function reportedTime({ clock }: World, { wholeSeconds }: ToolTraits): number {
  return wholeSeconds ? Math.floor(clock.now() / 1000) * 1000 : clock.now()
}
