import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { punctual } from '../../../../lib/probes/availability/protocol.ts'
import { now } from '../../../../lib/probes/availability/run-prober.ts'
import { ledger } from '../../../../lib/workloads/ledger/ledger.ts'
import { startProber } from '../../../../lib/probes/availability/prober.ts'
import type { ProbeSample } from '../../../../lib/record/facts.ts'
import { createRandom } from '../../../../lib/verdict/statistics/random.ts'
import { measureRecovery, type Recovery, steadyMs } from '../../../../lib/verdict/recovery.ts'
import { drawOutage, type PlayedOutage, type ScriptedOutage } from './script.ts'

const main = ledger.clients.prober

export interface Trial {
  script: ScriptedOutage
  played: PlayedOutage
  recovery: Recovery
  /** From the fault to the last probe that was looked at. */
  spanMs: [number, number]
  /** Whether the true recovery time lies in the interval; null where none was given. */
  inside: boolean | null
  /** How wide the interval is beyond the latency of the probe that ends it; null where none was given. */
  widthMs: number | null
}

export interface Trials {
  trials: Trial[]
  /** The share of a core that the prober took. */
  coreShare: number
}

export interface TrialOptions {
  /** The outages are those of these seeds, one after the other. */
  seeds: number[]
  rateHz: number
  /** Whether the prober runs before all ordinary work, as it does in a drill; the stub does too then. */
  goesFirst: boolean
  /** Whether the prober is stopped for a while, once an outage, at a time that is drawn. */
  stalls: boolean
  /** How much longer than needed to wait where the machine stalls, and an interval is not known yet. */
  patienceMs: number
}

const volumeSeed = 7
const timeoutMs = 1000
/** So long after an outage as before the next the service must be right; a stall makes that begin anew. */
const pauseMs = steadyMs + 250
const longestStallMs = 1500
/** A probe that is under way when the next outage begins may be its victim. */
const underWayMs = 30

/** Plays outages on a stub and measures each with the prober and the verdict of a drill. */
export async function tryOutages({ seeds, rateHz, goesFirst, stalls, patienceMs }: TrialOptions): Promise<Trials> {
  const stub = fork(
    fileURLToPath(new URL('stub.main.ts', import.meta.url)),
    [String(volumeSeed), goesFirst ? 'first' : ''],
    {
      execArgv: [...punctual, '--import', import.meta.resolve('tsx')],
    },
  )
  const told = async <Told>() => ((await once(stub, 'message')) as [Told])[0]
  const { port } = await told<{ port: number }>()
  const samples: ProbeSample[] = []
  const prober = startProber({
    main,
    route: { url: `http://127.0.0.1:${port}`, host: 'ledger.test' },
    seed: volumeSeed,
    seeded: 100,
    rateHz,
    timeoutMs,
    goesFirst,
    onSamples: (more) => samples.push(...more),
  })
  while (samples.length === 0) await sleep(50)
  const startedMs = performance.now()
  const trials: Trial[] = []
  await sleep(pauseMs)
  for (const seed of seeds) {
    const script = drawOutage(seed)
    const ended = told<PlayedOutage>()
    stub.send(script)
    if (stalls) await stall(prober.pid, seed)
    const played = await ended
    const judgeNow = () => judge(samples, { script, played, untilMs: now() - underWayMs }, prober.intervalMs)
    await sleep(pauseMs)
    const givenUpMs = now() + patienceMs
    while (judgeNow().inside === null && now() < givenUpMs) await sleep(100)
    trials.push(judgeNow())
  }
  const tookMs = performance.now() - startedMs
  const { error, cpuMs } = await prober.stop()
  stub.disconnect()
  if (error !== null || cpuMs === null) throw new Error(`the prober is not to be trusted: ${error ?? 'no end'}`)
  return { trials, coreShare: cpuMs / tookMs }
}

async function stall(pid: number, seed: number): Promise<void> {
  const draw = createRandom(seed ^ 0x57a11)
  await sleep(draw() * 600)
  process.kill(pid, 'SIGSTOP')
  await sleep(20 + draw() ** 2 * longestStallMs)
  process.kill(pid, 'SIGCONT')
}

function judge(
  all: ProbeSample[],
  { script, played, untilMs }: { script: ScriptedOutage; played: PlayedOutage; untilMs: number },
  intervalMs: number,
): Trial {
  const [faultMs] = played.began
  const samples = all.filter(([due]) => due > faultMs - pauseMs && due < untilMs)
  const recovery = measureRecovery({
    samples,
    intervalMs,
    timeoutMs,
    fault: played.began,
    outageExpected: true,
    before: null,
    until: null,
  })
  const { rtoMs } = recovery
  const spanMs: [number, number] = [faultMs, untilMs]
  if (rtoMs === null) return { script, played, recovery, spanMs, inside: null, widthMs: null }
  const [low, high] = [rtoMs.low + played.began[1], rtoMs.high + faultMs]
  const last = samples.find(([, answered]) => answered !== null && Math.abs(answered - high) < 0.01)
  const latencyMs = last ? (last[1] ?? NaN) - (last[3] ?? last[0]) : NaN
  return {
    script,
    played,
    recovery,
    spanMs,
    inside: low <= played.endedMs && played.endedMs <= high,
    widthMs: high - low - latencyMs,
  }
}
