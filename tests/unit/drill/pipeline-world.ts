import { expect, test } from '@playwright/test'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'
import type { DrillContext, DrillFactBody } from '../../../lib/drill/context.ts'
import { provision } from '../../../lib/drill/drill.ts'
import type { ProvisionedService } from '../../../lib/drill/service.ts'
import type { StartMeasuring } from '../../../lib/drill/context.ts'
import { recordStep } from '../../../lib/drill/context.ts'
import { journalIn } from '../../../lib/faults/undo/journal.ts'
import { memoryStorage } from '../../../lib/faults/undo/storage.ts'
import type { KubeObject, ObjectReference } from '../../../lib/kube/object.ts'
import type { Lab } from '../../../lib/lab/lab.ts'
import { messageOf } from '../../../lib/system/file-error.ts'
import type {
  DrillFact,
  Expectations,
  IntegrityCheck,
  OperationResult,
  ProbeSample,
  Write,
} from '../../../lib/record/facts.ts'
import { readFacts } from '../../../lib/record/read.ts'
import { openRecorder } from '../../../lib/record/recorder.ts'
import { noopTool, noopFault, noopMesh, noopWorkload } from '../../../lib/simulation/noop-tool.ts'
import type { InstalledTool } from '../../../lib/components/tool.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { parseDuration } from '../../../lib/system/quantity.ts'
import type { DrillResult, Verdict } from '../../../lib/verdict/result.ts'
import { groupByDrill } from '../../../lib/verdict/summarise.ts'
import type { Workload } from '../../../lib/workloads/workload.ts'
import { buildOperation } from '../verdict/facts-builder.ts'

const TICK_MS = 50
const ID = 'noop.none.none.noop.noop.0'

/** A world in which time passes only when it is told to, and what is measured follows from whether the service is away. */
export class World {
  nowMs = 1_700_000_000_000
  away = false
  measuring: 'not yet' | 'on' | 'stopped' = 'not yet'
  private watch: (untilMs: number) => void = () => undefined

  pass(durationMs: number): void {
    this.nowMs += durationMs
    this.watch(this.nowMs)
  }

  /** A fault that takes the service away within 10 ms. */
  strike = (): [number, number] => {
    this.pass(1000)
    const atMs = this.nowMs
    this.away = true
    this.pass(100)
    return [atMs, atMs + 10]
  }

  /** Carries out an operation of the tool that takes 3 s; what is restored is there again. */
  operate(changes: Partial<OperationResult> = {}, brings = false): OperationResult {
    const startedMs = this.nowMs
    this.pass(3000)
    if (brings) this.away = false
    return buildOperation({ startedMs, endedMs: this.nowMs, ...changes })
  }

  /** Load and probes, one of each every 50 ms, and a sample of node and tool every second. */
  measure: StartMeasuring = ({ record }, _route, seeded) => {
    this.measuring = 'on'
    let dueMs = this.nowMs + TICK_MS / 2
    const beganMs = dueMs
    const probes: ProbeSample[] = []
    const writes: Write[] = []
    let loadEnded = false
    const sample = (atMs: number) => {
      const cpuSeconds = (atMs - beganMs) / 10_000
      const values = { at: atMs, cpuSeconds, memoryBytes: 64 << 20 }
      const scopes = [
        { scope: 'node/one', tool: false },
        { scope: 'pod/noop-tool/mover', tool: true },
      ]
      record({ kind: 'resources', samples: scopes.map((scope) => ({ ...values, ...scope })) })
    }
    this.watch = (untilMs) => {
      const due: ProbeSample[] = []
      for (; dueMs < untilMs; dueMs += TICK_MS) {
        due.push(this.away ? [dueMs, null, false] : [dueMs, dueMs + 4, true])
        const sequence = writes.length + 1
        const acknowledgedMs = this.away ? null : dueMs + 4
        if (!loadEnded) writes.push({ sequence, slot: seeded + sequence, generation: 1, sentMs: dueMs, acknowledgedMs })
        if ((dueMs - beganMs) % 1000 === 0) sample(dueMs)
      }
      probes.push(...due)
      record({ kind: 'probes', intervalMs: TICK_MS, timeoutMs: 1000, samples: due })
    }
    const stopLoad = () => {
      if (loadEnded) return
      loadEnded = true
      const failed = writes.filter((write) => write.acknowledgedMs === null).length
      const load = { requests: writes.length, failed, durationMs: dueMs - beganMs, p50Ms: 4, p99Ms: 4, error: null }
      record({ kind: 'writes', writes })
      record({ kind: 'load.ended', load })
    }
    return Promise.resolve({
      steady: (durationMs, timeout) => {
        this.pass(this.away ? parseDuration(timeout) : durationMs)
        return Promise.resolve(!this.away)
      },
      outageSeen: (sinceMs, timeout) => {
        const seen = () => probes.some(([probeMs, , right]) => probeMs >= sinceMs && !right)
        if (!seen()) this.pass(parseDuration(timeout))
        return Promise.resolve(seen())
      },
      writes: () => Promise.resolve(writes),
      stopLoad: () => Promise.resolve().then(stopLoad),
      nodes: () => ['one'],
      stop: () => {
        if (this.measuring === 'stopped') return Promise.resolve()
        stopLoad()
        this.watch = () => undefined
        this.measuring = 'stopped'
        record({ kind: 'probes.ended', sent: probes.length, error: null })
        return Promise.resolve()
      },
    })
  }
}

export interface Played {
  /** As they were read back from the file. */
  facts: DrillFact[]
  result: DrillResult
}

/** Plays a drill on noop drivers in a world, as a fixture would, and judges what was recorded of it. */
export async function play(
  world: World,
  course: (service: ProvisionedService) => Promise<void>,
  changes: Partial<DrillContext> & { expects?: Partial<Expectations> } = {},
): Promise<Played> {
  const { expects, ...replaced } = changes
  const file = test.info().outputPath('events.jsonl')
  const recorder = openRecorder(file)
  let claimed = false
  const record = (body: DrillFactBody) => {
    recorder.record({ ...body, at: world.nowMs, drill: ID })
    // Whatever is asked to restore makes the claim at once.
    claimed ||= body.kind === 'restore.requested'
  }
  const lab = withClaim(replaced.lab ?? noopLab(), () => claimed)
  const context: DrillContext = {
    mesh: noopMesh,
    tool: noopTool(({ kind, into }) => world.operate({}, kind === 'restore' && into === null)).attach(lab),
    workload: noopWorkload(),
    fault: noopFault(world.strike),
    namespace: 'drill-noop',
    storageClass: null,
    seed: 1,
    volumeBytes: 1 << 20,
    loadRps: 20,
    probeHz: 20,
    outage: expects?.outage ?? true,
    patience: '20s',
    folder: test.info().outputDir,
    measure: world.measure,
    journal: journalIn([memoryStorage()]),
    inventory: () => Promise.resolve([]),
    record,
    step: (name, what, body) => recordStep(record, name, what, body),
    ...replaced,
    lab,
  }
  const axes = { tool: 'noop', strategy: 'none', mesh: 'none', fault: 'noop', workload: 'noop', repetition: 0 }
  const usual = { outage: true, corruption: false, restore: true, backupMayFail: false, minimumLoadRps: 10 }
  const objectives = { rtoMs: 10_000, rpoMs: 0 }
  record({ kind: 'drill.planned', axes, objectives, expectations: { ...usual, ...expects } })
  let service: ProvisionedService | null = null
  let error: string | null = null
  try {
    service = await provision(context)
    await course(service)
  } catch (caught) {
    error = messageOf(caught)
  }
  await service?.stop()
  record({ kind: 'drill.ended', error })
  recorder.close()
  const facts = groupByDrill(readFacts(file).facts).get(ID) ?? []
  return { facts, result: judgeDrill(facts) }
}

/** A lab in which every claim is there, or none. */
function withClaim(lab: Lab, isThere: () => boolean): Lab {
  const get = <T extends KubeObject>(reference: ObjectReference): Promise<T | null> =>
    reference.kind === 'PersistentVolumeClaim'
      ? Promise.resolve(isThere() ? (reference as T) : null)
      : lab.kube.get<T>(reference)
  return { ...lab, kube: { ...lab.kube, get } }
}

/** Fails where the verdict is another, or none of its reasons matches. */
export function expectVerdict(result: DrillResult, verdict: Verdict, reason: RegExp): void {
  expect(result.verdict, result.reasons.join('\n')).toBe(verdict)
  expect(result.reasons.join('\n')).toMatch(reason)
}

/** A noop workload whose checks say something else; `url` tells which of its services was read back. */
export const verifying = (say: (check: IntegrityCheck, url: string) => IntegrityCheck): Workload => ({
  ...noopWorkload(),
  async deploy(...args) {
    const service = await noopWorkload().deploy(...args)
    return { ...service, verify: async (route, expected) => say(await service.verify(route, expected), route.url) }
  },
})

/** A noop tool that does what it is told to. */
export const performing = (perform?: Parameters<typeof noopTool>[0]): InstalledTool =>
  noopTool(perform).attach(noopLab())
