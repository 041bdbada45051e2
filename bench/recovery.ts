import { parseArgs } from 'node:util'
import { describeOutages } from '../lib/verdict/outages.ts'
import { type Trial, type TrialOptions, tryOutages } from '../tests/unit/outages/trial.ts'
import { type Findings, isStarted, print, startTable, type Table } from './table.ts'

/**
 * Whether the interval of the recovery time holds the truth, and how wide it is: `npx tsx bench/recovery.ts`. Outages of a
 * stub are measured by the prober and the verdict of a drill; then some more, while the prober is stopped for a while.
 */
export interface RecoveryOptions {
  outages: number
  /** Outages during which the prober is stopped. */
  stalled: number
  /** Stubs, each with its prober, at the same time. */
  pairs: number
  goesFirst: boolean
}

const rateHz = 100
const patienceMs = 30_000

export async function measureOutages({ outages, stalled, pairs, goesFirst }: RecoveryOptions): Promise<Findings> {
  const table = startTable()
  const quiet = await tryInPairs(outages, pairs, { rateHz, patienceMs, goesFirst, stalls: false })
  tellTrials(table, 'outages', quiet.trials)
  const widths = findWidths(quiet.trials)
  const widest = widths.at(-1) ?? NaN
  const pick = (share: number) => (widths[Math.ceil(share * widths.length) - 1] ?? NaN).toFixed(1)
  table.tell(
    '  width of the interval beyond the latency of its probe',
    `median ${pick(0.5)} ms, 99 % ${pick(0.99)} ms, widest ${widest.toFixed(1)} ms`,
    'at most 20 ms (quiet machine)',
    widest <= 20,
  )
  tellPartial(table, quiet.trials)
  table.tell(
    '  what a prober takes of a core',
    `${(100 * quiet.coreShare).toFixed(1)} %`,
    'at most 10 %',
    quiet.coreShare <= 0.1,
  )
  if (stalled === 0) return table

  const { trials } = await tryInPairs(stalled, pairs, { rateHz, patienceMs, goesFirst, stalls: true })
  tellTrials(table, 'outages while the prober stands still', trials)
  const wider = findWidths(trials)
  table.tell(
    '  width then',
    `median ${(wider[Math.ceil(wider.length / 2) - 1] ?? NaN).toFixed(1)} ms, widest ${(wider.at(-1) ?? NaN).toFixed(1)} ms`,
  )
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

/** An interval that does not hold the truth is a lie; none at all is not, and is counted. */
function tellTrials({ tell, details }: Table, what: string, trials: Trial[]): void {
  const hurt = trials.filter(({ played }) => played.hurt)
  const lies = hurt.filter(({ inside }) => inside === false)
  const unknown = hurt.filter(({ inside }) => inside === null)
  const stalls = what !== 'outages'
  tell(
    `${hurt.length} ${what}: the truth lies inside`,
    `${hurt.length - lies.length - unknown.length}, outside ${lies.length}, not measured ${unknown.length}`,
    stalls ? 'none outside' : 'all',
    lies.length === 0 && (stalls || unknown.length === 0),
  )
  if (trials.length > hurt.length)
    tell('  not counted: nobody was hurt, as the stub itself stood still', String(trials.length - hurt.length))
  const describe = ({ script, played, recovery }: Trial) =>
    `seed ${script.seed}, ${script.manner}: ${recovery.problem ?? ''} RTO ${JSON.stringify(recovery.rtoMs)}, true ${(played.endedMs - played.began[0]).toFixed(1)}`
  details.push(...lies.map(describe), ...unknown.slice(0, 3).map(describe))
}

/** Whether outages of each shape are called what they are. */
function tellPartial({ tell }: Table, trials: Trial[]): void {
  const shapes = { outage: 0, flapping: 0, 'brown-out': 0 }
  const right = { ...shapes }
  for (const { script, played, recovery } of trials) {
    if (!played.hurt) continue
    const shape = script.manner === 'brown-out' ? 'brown-out' : script.spells.length > 1 ? 'flapping' : 'outage'
    shapes[shape]++
    if (recovery.outages.length === 1 && recovery.outages[0]?.kind === shape) right[shape]++
  }
  for (const [shape, count] of Object.entries(shapes) as [keyof typeof shapes, number][])
    tell(`  called ${shape}`, `${right[shape]} of ${count}`)
  const example = trials.find(({ script }) => script.manner === 'brown-out')
  if (example) tell('  said, for example', describeOutages(example.recovery.outages) ?? '')
}

const findWidths = (trials: Trial[]): number[] =>
  trials.flatMap(({ widthMs }) => widthMs ?? []).toSorted((one, other) => one - other)

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
  print(await measureOutages({ outages, stalled, pairs, goesFirst: !values.ordinary }))
}
