import { parseArgs } from 'node:util'
import { describeOutages } from '../lib/verdict/outages.ts'
import { type Trial, type TrialOptions, tryOutages } from '../tests/unit/probes/outages/trial.ts'
import { type Stall, watchStalls } from './stalls/watch.ts'
import { type Findings, isStarted, print, startTable, type Table } from './table.ts'

/**
 * Measures whether the recovery time's interval contains the true value, and its width: `npx tsx bench/recovery.ts`. The prober
 * and the verdict measure outages of a stub, some of them while the prober is stopped. The width on a quiet machine comes from
 * those outages in which a separate watch saw no stalled processor.
 */
export interface RecoveryOptions {
  outages: number
  /** Outages during which the prober is stopped. */
  stalled: number
  /** Number of stubs that run at the same time, each with its own prober. */
  pairs: number
  highPriority: boolean
}

const rateHz = 100
const patienceMs = 30_000
/** A processor that stalls for longer than the time between two probes is not quiet. */
const quietMs = 1000 / rateHz

export async function measureOutages({ outages, stalled, pairs, highPriority }: RecoveryOptions): Promise<Findings> {
  const table = startTable()
  const watch = await watchStalls({ lateMs: quietMs })
  const { trials, coreShare } = await tryInPairs(outages, pairs, { rateHz, patienceMs, highPriority, stalls: false })
  const stalls = await watch.end()
  tellTrials(table, 'outages', trials)
  tellWidths(table, trials, stalls)
  tellPartial(table, trials)
  table.tell(
    '  share of a core that a prober uses',
    `${(100 * coreShare).toFixed(1)} %`,
    'at most 10 %',
    coreShare <= 0.1,
  )
  if (stalled === 0) return table

  const blind = await tryInPairs(stalled, pairs, { rateHz, patienceMs, highPriority, stalls: true })
  tellTrials(table, 'outages with a stalled prober', blind.trials)
  table.tell('  width then', describeWidths(blind.trials).figure)
  return table
}

async function tryInPairs(count: number, pairs: number, options: Omit<TrialOptions, 'seeds'>) {
  const seeds = Array.from({ length: count }, (_, seed) => seed)
  const done = await Promise.all(
    Array.from({ length: pairs }, (_, pair) =>
      tryOutages({ ...options, seeds: seeds.filter((seed) => seed % pairs === pair) }),
    ),
  )
  return {
    trials: done.flatMap(({ trials }) => trials),
    coreShare: done.reduce((sum, one) => sum + one.coreShare, 0) / pairs,
  }
}

/** An interval without the true value is an error. A missing interval is not, and is counted separately. */
function tellTrials({ tell, details }: Table, what: string, trials: Trial[]): void {
  const affected = trials.filter(({ played }) => played.affected)
  const lies = affected.filter(({ inside }) => inside === false)
  const unknown = affected.filter(({ inside }) => inside === null)
  const stalls = what !== 'outages'
  tell(
    `${affected.length} ${what}: the interval contains the truth`,
    `${affected.length - lies.length - unknown.length}, outside ${lies.length}, not measured ${unknown.length}`,
    stalls ? 'none outside' : 'all',
    lies.length === 0 && (stalls || unknown.length === 0),
  )
  if (trials.length > affected.length)
    tell('  not counted: no client was affected, because the stub stalled', String(trials.length - affected.length))
  const describe = ({ script, played, recovery }: Trial) =>
    `seed ${script.seed}, ${script.manner}: ${recovery.problem?.reason ?? ''} RTO ${JSON.stringify(recovery.rtoMs)}, true ${(played.endedMs - played.began[0]).toFixed(1)}`
  details.push(...lies.map(describe), ...unknown.slice(0, 3).map(describe))
}

/** On a machine that is never quiet, the width on a quiet machine is unknown. */
function tellWidths({ tell }: Table, trials: Trial[], stalls: Stall[]): void {
  const affected = trials.filter(({ played }) => played.affected)
  const isDisturbed = ({ spanMs: [from, until] }: Trial) =>
    stalls.some(([began, ended]) => began < until && ended > from)
  const [disturbed, quiet] = [affected.filter(isDisturbed), affected.filter((trial) => !isDisturbed(trial))]
  const { figure, widestMs } = describeWidths(quiet)
  tell('  of these, on a quiet machine', String(quiet.length), 'at least 80 %', quiet.length >= 0.8 * affected.length)
  tell('    width of the interval beyond the latency of its probe', figure, 'at most 20 ms', widestMs <= 20)
  const longestMs = stalls.reduce((longest, [began, ended]) => Math.max(longest, ended - began), 0)
  tell(
    `  of these, with a processor that stalled for more than ${quietMs} ms`,
    `${disturbed.length}; longest ${longestMs.toFixed(0)} ms`,
  )
  if (disturbed.length > 0) tell('    width then', describeWidths(disturbed).figure)
}

function describeWidths(trials: Trial[]): { figure: string; widestMs: number } {
  const widths = trials.flatMap(({ widthMs }) => widthMs ?? []).toSorted((one, other) => one - other)
  const pick = (share: number) => widths[Math.ceil(share * widths.length) - 1] ?? NaN
  const [median, most, widestMs] = [pick(0.5), pick(0.99), pick(1)]
  const figure = `median ${median.toFixed(1)} ms, 99 % ${most.toFixed(1)} ms, widest ${widestMs.toFixed(1)} ms`
  return { figure, widestMs }
}

/** Counts the outages of each shape that are classified right. */
function tellPartial({ tell }: Table, trials: Trial[]): void {
  const shapes = { outage: 0, flapping: 0, 'brown-out': 0 }
  const right = { ...shapes }
  for (const { script, played, recovery } of trials) {
    if (!played.affected) continue
    const shape = script.manner === 'brown-out' ? 'brown-out' : script.spells.length > 1 ? 'flapping' : 'outage'
    shapes[shape]++
    if (recovery.outages.length === 1 && recovery.outages[0]?.kind === shape) right[shape]++
  }
  for (const [shape, count] of Object.entries(shapes) as [keyof typeof shapes, number][])
    tell(`  called ${shape}`, `${right[shape]} of ${count}`)
  const example = trials.find(({ script }) => script.manner === 'brown-out')
  if (example) tell('  said, for example', describeOutages(example.recovery.outages) ?? '')
}

if (isStarted(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      outages: { type: 'string', default: '1000' },
      stalled: { type: 'string', default: '100' },
      pairs: { type: 'string', default: '4' },
      ordinary: { type: 'boolean', default: false },
    },
  })
  const [outages, stalled, pairs] = [Number(values.outages), Number(values.stalled), Number(values.pairs)]
  print(await measureOutages({ outages, stalled, pairs, highPriority: !values.ordinary }))
}
