import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { PUNCTUAL_NODE_OPTIONS } from '../../../../lib/probes/availability/protocol.ts'
import { now } from '../../../../lib/probes/availability/run-prober.ts'
import { ledger } from '../../../../lib/workloads/ledger/ledger.ts'
import { startProber } from '../../../../lib/probes/availability/prober.ts'
import type { ProbeSample } from '../../../../lib/record/facts.ts'
import { compileProgram } from '../../../../lib/system/compile.ts'
import { createRandom } from '../../../../lib/verdict/statistics/random.ts'
import { measureRecovery, type Recovery, steadyMs } from '../../../../lib/verdict/recovery.ts'
import { compiledArguments } from '../../programs.ts'
import { drawOutage, type PlayedOutage, type ScriptedOutage } from './script.ts'

const main = ledger.clients.prober

export interface Trial {
  script: ScriptedOutage
  played: PlayedOutage
  recovery: Recovery
  /** Time from the fault to the last evaluated probe. */
  spanMs: [number, number]
  /** True if the interval contains the true recovery time. Null without an interval. */
  inside: boolean | null
  /** Width of the interval minus the latency of the probe that ends it. Null without an interval. */
  widthMs: number | null
}

export interface Trials {
  trials: Trial[]
  /** Share of a core that the prober used. */
  coreShare: number
}

export interface TrialOptions {
  /** Seeds of the outages, which are played one after the other. */
  seeds: number[]
  rateHz: number
  /** True to run the prober and the stub with realtime priority, like the prober in a drill. */
  highPriority: boolean
  /** True to stop the prober for some time once per outage, at a random time. */
  stalls: boolean
  /** Maximum extra waiting time if the machine stalls and there is no interval yet. */
  patienceMs: number
}

const volumeSeed = 7
const timeoutMs = 1000
/** Required time of right answers after an outage, and before the next one. A stall restarts it. */
const pauseMs = steadyMs + 250
const longestStallMs = 1500
/** Maximum time that a probe is in flight. It may fail if the next outage begins within this time. */
const underWayMs = 30

/** Plays outages on a stub and measures each with the prober and the verdict of a drill. */
export async function tryOutages({ seeds, rateHz, highPriority, stalls, patienceMs }: TrialOptions): Promise<Trials> {
  await compileProgram(main)
  const [start, program] = await compiledArguments(fileURLToPath(new URL('stub.main.ts', import.meta.url)))
  const stub = fork(start, [program, String(volumeSeed), highPriority ? 'first' : ''], {
    execArgv: [...PUNCTUAL_NODE_OPTIONS],
  })
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
    highPriority,
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
  if (error !== null || cpuMs === null) throw new Error(`the prober cannot be trusted: ${error ?? 'no end'}`)
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
