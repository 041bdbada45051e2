import { steadyFor } from '../drill/measure.ts'
import type { StartMeasuring } from '../drill/context.ts'
import { summariseLoad } from '../load/outcomes.ts'
import type { ResourceSample, Sample } from '../record/facts.ts'
import { parseDuration } from '../system/quantity.ts'
import { namespaceOf } from './drivers.ts'
import { availability, denial, startProbes, type Probes, type ProberTrouble } from './probes.ts'
import { startRequests } from './requests.ts'
import { TOOL_NAMESPACE } from './tool.ts'
import type { World } from './world.ts'

const TICK_MS = 1000
const POLL_MS = 100
/** Denied calls per second. Fewer than of a real prober, as thousands of drills are simulated. */
const CALLS_HZ = 5

/** Faults of the measuring clients, not of the measured service. */
export interface MeasuringTrouble {
  prober: ProberTrouble
  /** Why the load cannot be trusted, else null. */
  load: string | null
  /** True if no resources are sampled. */
  blind: boolean
}

/** Load, probes and resource samples of a simulated service. Their results follow from the state of the service. */
export function simulatedMeasuring(world: World, trouble: MeasuringTrouble): StartMeasuring {
  const { clock, host } = world
  return async ({ record, seed, loadRps, probeHz }, { route, denied }, seeded) => {
    const { happensAt } = clock
    const volume = { seed, seeded }
    const shared = { service: world.service(namespaceOf(route)), volume, startMs: clock.now() + 1, happensAt }
    const stamp = (ms: number) => ms + host.now() - clock.now()
    const requests = startRequests({ ...shared, rate: loadRps, draw: world.draw('load'), stamp })
    const probing = { ...shared, trouble: trouble.prober }
    const probes = startProbes({ ...probing, sight: availability, rateHz: probeHz, draw: world.draw('probes') })
    const calls =
      denied && startProbes({ ...probing, sight: denial, rateHz: CALLS_HZ, draw: world.draw('denied calls') })
    const { timeoutMs, samples } = probes
    let [loadEnded, stopped] = [false, false]
    clock.onPassing((nowMs) => {
      requests.passTo(nowMs)
      probes.passTo(nowMs)
      calls?.passTo(nowMs)
    })
    const recordProbes = inBatches(probes, (batch) => {
      record({ kind: 'probes', ...batch, timeoutMs })
    })
    const recordCalls =
      calls &&
      inBatches(calls, (batch) => {
        record({ kind: 'policy.probes', ...batch })
      })
    const tell = () => {
      recordProbes()
      recordCalls?.()
    }
    const tick = async () => {
      for (let ticks = 0; !stopped; ticks++) {
        // Sample every second time, because kubelets measure less often than they are read.
        if (!trouble.blind && ticks % 2 === 0)
          record({ kind: 'resources', samples: sampleResources(world, clock.now() - shared.startMs) })
        tell()
        await clock.sleep(TICK_MS)
      }
    }
    void tick()
    const stopLoad = async () => {
      if (loadEnded) return
      loadEnded = true
      requests.end()
      await clock.sleep(50)
      const outcomes = requests.conclude()
      record({ kind: 'writes', writes: outcomes.writes })
      record({ kind: 'load.ended', load: summariseLoad(outcomes, trouble.load) })
    }
    const stopAll = async () => {
      await stopLoad()
      probes.end()
      calls?.end()
      await clock.sleep(probes.open + (calls?.open ?? 0) === 0 ? 0 : timeoutMs)
      tell()
      record({ kind: 'probes.ended', ...probes.ended() })
      if (calls !== null) record({ kind: 'policy.ended', ...calls.ended() })
      stopped = true
    }
    /** Waits until `holds` is true, or until the timeout. It cannot be true before `soonestMs`. */
    const until = async (holds: () => boolean, timeout: string, soonestMs: () => number) => {
      const untilMs = clock.now() + parseDuration(timeout)
      while (!holds() && clock.now() < untilMs)
        await clock.sleep(Math.max(POLL_MS, Math.min(soonestMs(), untilMs) - clock.now()))
      return holds()
    }
    const lastWrongMs = () => samples.findLast(([, , right]) => !right)?.[0] ?? -Infinity
    let ended: Promise<void> | null = null
    await clock.sleep(300)
    return {
      steady(durationMs, timeout, sinceMs = clock.now()) {
        return until(
          () => steadyFor(samples, sinceMs, durationMs),
          timeout,
          () => Math.max(lastWrongMs(), sinceMs) + durationMs,
        )
      },
      outageSeen: (sinceMs, timeout) =>
        until(
          () => lastWrongMs() >= sinceMs,
          timeout,
          () => 0,
        ),
      writes: () => Promise.resolve(requests.writes()),
      stopLoad,
      nodes: () => ['one'],
      stop: () => (ended ??= stopAll()),
    }
  }
}

/** Returns a function that records the samples since its last call. */
function inBatches<Seen>(
  { intervalMs, samples }: Probes<Seen>,
  recordBatch: (batch: { intervalMs: number; samples: Sample<Seen>[] }) => void,
): () => void {
  let recorded = 0
  return () => {
    if (recorded < samples.length) recordBatch({ intervalMs, samples: samples.slice(recorded) })
    recorded = samples.length
  }
}

/** Samples of the node and of each current pod of the tool. */
function sampleResources(world: World, sinceMs: number): ResourceSample[] {
  const at = world.host.now()
  const seconds = sinceMs / 1000
  const node = { at, scope: 'node/one', tool: false, cpuSeconds: round(60 + seconds * 0.4), memoryBytes: 900 << 20 }
  const agent = {
    at,
    scope: `pod/${TOOL_NAMESPACE}/agent/1`,
    tool: true,
    cpuSeconds: round(5 + seconds * 0.01),
    memoryBytes: 80 << 20,
  }
  const movers = [...world.movers].map(({ namespace, sinceMs: startedMs }) => ({
    at,
    scope: `pod/${TOOL_NAMESPACE}/mover-${namespace}/${startedMs}`,
    tool: true,
    cpuSeconds: round((world.clock.now() - startedMs) * 0.0005),
    memoryBytes: 120 << 20,
    sinceMs: at - (world.clock.now() - startedMs),
  }))
  return [node, agent, ...movers]
}

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000
