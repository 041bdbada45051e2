import type { DrillFact, ProbeSample } from '../../../lib/record/facts.ts'
import { shuffle } from '../../../lib/verdict/statistics/random.ts'
import { dropping, each, expecting, faultOf, probing, select, writing, type Damage } from './damages.ts'

/** Damage to what shows that a drill was carried out and watched at all: nothing but the inventory can prove a failure. */
const rules: [title: string, edit: Damage['edit'], because: RegExp, verdict?: Damage['verdict']][] = [
  // A backup that failed is a failure of the tool, where no plan says that it may.
  ['no plan', dropping('drill.planned'), /has no plan/, 'either'],
  ['planned twice', (facts) => [...facts.slice(0, 1), ...facts], /started 2 times/],
  ['no end', dropping('drill.ended'), /was interrupted/],
  [
    'cut off somewhere',
    (facts, draw) => facts.slice(0, 1 + Math.floor(draw() * (facts.length - 1))),
    /was interrupted/,
  ],
  [
    'an error at the end',
    each('drill.ended', (fact) => ({ ...fact, error: 'boom' })),
    /an error stopped the drill: boom/,
  ],
  ['steps that failed', each('step.ended', (fact) => ({ ...fact, error: 'boom' })), /ended with an error: boom/],
  ['a step without end', dropping('step.ended', ({ step }) => step === 'break'), /steps did not end/],
  [
    'skipped after all',
    (facts) =>
      facts.toSpliced(-1, 0, { ...head(facts), kind: 'drill.skipped', reason: 'x', at: facts.at(-1)?.at ?? 0 }),
    /skipped after it had started/,
  ],

  [
    'an older fact among newer ones',
    (facts, draw) => setBack(facts, place(facts, draw), 1, 2_000),
    /clock (went back|jumped)/,
  ],
  [
    'the clock set back',
    (facts, draw) => setBack(facts, place(facts, draw), Infinity, 5_000),
    /clock went back|after it was recorded/,
  ],
  ['facts in another order', (facts, draw) => shuffle(facts, draw), /clock went back|after it was recorded/],
  [
    'probes of the future',
    each('probes', (fact) => ({
      ...fact,
      samples: fact.samples.map(([due, , right]) => [due + 9_000, due + 9_003, right]),
    })),
    /"probes" names a time after it was recorded/,
    // What is seen too late looks like an outage that is too long.
    'either',
  ],
  [
    'a write of the future',
    writing((writes) => writes.with(3, { ...at(writes, 3), acknowledgedMs: 1e13 })),
    /"writes" names/,
  ],
  [
    'a fault of the future',
    each('fault.observed', (fact) => ({ ...fact, between: [fact.at + 400, fact.at + 500] })),
    /"fault.observed" names a time after/,
  ],

  ['no probes', dropping('probes'), /there are no probes/],
  ['probes without samples', probing(() => []), /there are no probes/],
  [
    'a prober that crashed',
    each('probes.ended', (fact) => ({ ...fact, error: 'SIGKILL' })),
    /an error stopped the prober: SIGKILL/,
  ],
  ['a prober without end', dropping('probes.ended'), /the prober did not report its end/],
  [
    'more probes sent than told',
    each('probes.ended', (fact) => ({ ...fact, sent: Math.ceil(fact.sent * 1.02) + 1 })),
    /probes are missing/,
  ],
  [
    'probes missing here and there',
    probing((samples, _facts, draw) => samples.filter(() => draw() > 0.06)),
    /probes are missing/,
  ],
  [
    'a prober that stood still',
    probing((samples, _facts, draw) => samples.toSpliced(Math.floor(draw() * (samples.length - 20)), 20)),
    /probes are missing/,
  ],
  [
    'another interval',
    (facts) =>
      facts.with(
        facts.findIndex(({ kind }) => kind === 'probes'),
        { ...at(select(facts, 'probes'), 0), intervalMs: 80 },
      ),
    /interval of the probes changed/,
  ],
  ['no interval', each('probes', (fact) => ({ ...fact, intervalMs: 0 })), /no interval or no timeout/],
  [
    'two probes in the wrong order',
    probing((samples) => samples.with(50, at(samples, 51)).with(51, at(samples, 50))),
    /was due no later than the one before/,
  ],
  [
    'an answer before its probe',
    probing((samples) => samples.with(9, [at(samples, 9)[0], at(samples, 9)[0] - 500, true])),
    /was answered before it was due/,
  ],
  [
    'nobody watched before the fault',
    probing((samples, facts) => samples.filter(([due]) => due > faultOf(facts).between[0] - 2_000)),
    /probing began less than 3 s before the fault/,
  ],
  [
    'a service that was not well before the fault',
    probing((samples, facts) => spoil(samples, faultOf(facts).between[0] - 2_500, faultOf(facts).between[0] - 1_500)),
    /was not right for 3 s before the fault/,
  ],
  [
    'a fault that takes nothing away',
    expecting(
      { outage: true },
      probing((samples) => samples.map(([due]) => [due, due + 3, true])),
    ),
    /the fault did not interrupt the service/,
  ],
  [
    'an outage by the restore alone',
    expecting({ outage: true, restore: true }, (facts, draw) => {
      const from = facts.find((fact) => fact.kind === 'step.started' && fact.step === 'restore')?.at ?? 0
      return probing((samples) =>
        samples.map((sample): ProbeSample => (sample[0] > from ? sample : [sample[0], sample[0] + 3, true])),
      )(facts, draw)
    }),
    /the fault did not interrupt the service/,
  ],
  [
    'probing that ended within the outage',
    expecting(
      { outage: true },
      probing((samples) => samples.slice(0, samples.findIndex(([, , right]) => !right) + 2)),
    ),
    /was not seen to be right for 3 s before probing ended/,
  ],

  ['no end of the load', dropping('load.ended'), /the load did not report its end/],
  [
    'a load that crashed',
    each('load.ended', (fact) => ({ ...fact, load: { ...fact.load, error: 'torn' } })),
    /cannot be trusted: torn/,
  ],
  [
    'a load under its floor',
    each('load.ended', (fact) => ({
      ...fact,
      load: { ...fact.load, requests: Math.floor(fact.load.requests / 3), failed: 0 },
    })),
    /under the floor of/,
  ],
  [
    'a load of no duration',
    each('load.ended', (fact) => ({ ...fact, load: { ...fact.load, durationMs: 0 } })),
    /an unknown rate/,
  ],
  [
    'a load that nobody answered',
    each('load.ended', (fact) => ({ ...fact, load: { ...fact.load, failed: fact.load.requests } })),
    /no request of the load was answered/,
  ],

  ['a fault that was never observed', dropping('fault.observed'), /no fault was seen to take effect/],
  ['another fault', each('fault.observed', (fact) => ({ ...fact, fault: 'other' })), /requested, but it was not seen/],
  [
    'a fault at no interval',
    each('fault.observed', (fact) => ({ ...fact, between: [fact.between[1] + 1, fact.between[0]] })),
    /not an interval/,
  ],
  [
    'a fault before it was requested',
    each('fault.observed', (fact) => ({ ...fact, between: [fact.between[0] - 1_000, fact.between[1] - 1_000] })),
    /was seen before it was requested/,
  ],

  ['no inventory', dropping('inventory.checked'), /no check for leftovers of the fault was made/],
  [
    'an inventory that failed',
    each('inventory.checked', (fact) => ({ ...fact, error: 'boom' })),
    /whether the fault is gone is not known/,
  ],
  [
    'a fault that stays',
    each('inventory.checked', (fact) => ({ ...fact, left: ['a chain is left'] })),
    /a chain is left/,
    'fail',
  ],
]

export const proofDamages: Damage[] = rules.map(([title, edit, because, verdict = 'inconclusive']) => ({
  title,
  edit,
  because,
  verdict,
}))

const head = (facts: DrillFact[]) => ({ drill: facts[0]?.drill ?? '' })

function at<T>(list: T[], index: number): T {
  const found = list[index]
  if (found === undefined) throw new Error(`there is no entry ${index} of ${list.length}`)
  return found
}

/** A place in the facts that is late enough for what comes before to be much earlier. */
const place = (facts: DrillFact[], draw: () => number): number => Math.floor(facts.length * (0.4 + 0.5 * draw()))

function setBack(facts: DrillFact[], from: number, count: number, byMs: number): DrillFact[] {
  return facts.map((fact, index) => (index >= from && index < from + count ? { ...fact, at: fact.at - byMs } : fact))
}

const spoil = (samples: ProbeSample[], fromMs: number, toMs: number) =>
  samples.map((sample): ProbeSample => (sample[0] >= fromMs && sample[0] < toMs ? [sample[0], null, false] : sample))
