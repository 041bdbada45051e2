import type { CallOutcome } from '../../../lib/record/facts.ts'
import { dropping, each, faultOf, select, type Damage, type Of } from './damages.ts'

type Edit = Damage['edit']

/** All denied calls with other outcomes. Those that got no answer stay as they are. */
const calling =
  (change: (facts: Parameters<Edit>[0], due: number, outcome: CallOutcome) => CallOutcome): Edit =>
  (facts) =>
    facts.map((fact) =>
      fact.kind === 'policy.probes'
        ? {
            ...fact,
            samples: fact.samples.map(([due, answered, outcome]): Of<'policy.probes'>['samples'][number] => [
              due,
              answered,
              answered === null ? outcome : change(facts, due, outcome),
            ]),
          }
        : fact,
    )

const struckMs = (facts: Parameters<Edit>[0]): number => faultOf(facts).between[0]
/** The due time of the last call that got an answer. */
const lastMs = (facts: Parameters<Edit>[0]): number =>
  select(facts, 'policy.probes')
    .flatMap(({ samples }) => samples)
    .findLast(([, answered]) => answered !== null)?.[0] ?? NaN

/** Damage to what shows that the mesh denied a call during the whole drill. */
const rules: [title: string, edit: Edit, because: RegExp, verdict?: Damage['verdict']][] = [
  [
    'one call served that the mesh must deny',
    calling((facts, due, outcome) => (due === lastMs(facts) ? 'served' : outcome)),
    /^the mesh failed open: it served 1 call /,
    'fail',
  ],
  [
    'every call served after the fault that the mesh must deny',
    calling((facts, due, outcome) => (due > struckMs(facts) ? 'served' : outcome)),
    /^the mesh failed open: it served /,
    'fail',
  ],
  ['no call that the mesh must deny', dropping('policy.probes'), /no call that the policy of the mesh denies was made/],
  [
    'every call served that the mesh must deny',
    calling(() => 'served'),
    /calls that the policy of the mesh denies was denied/,
  ],
  ['no call denied', calling(() => 'other'), /calls that the policy of the mesh denies was denied/],
  [
    'no call denied before the fault',
    calling((facts, due, outcome) => (due < struckMs(facts) ? 'other' : outcome)),
    /was not seen denied before the fault/,
  ],
  [
    'no call denied after the fault',
    calling((facts, due, outcome) => (due < struckMs(facts) ? outcome : 'other')),
    /was not seen denied after the service was restored/,
  ],
  [
    'a prober of the policy that crashed',
    each('policy.ended', (fact) => ({ ...fact, error: 'SIGKILL' })),
    /an error stopped the prober of the policy: SIGKILL/,
  ],
  ['a prober of the policy without end', dropping('policy.ended'), /the prober of the policy did not report its end/],
  [
    'fewer denied calls sent than answered',
    each('policy.ended', (fact) => ({ ...fact, sent: 0 })),
    /denied calls were answered, but only 0 were sent/,
  ],
  [
    'more denied calls sent than answered',
    each('policy.ended', (fact) => ({ ...fact, sent: Math.ceil(fact.sent * 1.02) + 1 })),
    /denied calls are missing/,
  ],
  [
    'denied calls of no interval',
    each('policy.probes', (fact) => ({ ...fact, intervalMs: 0 })),
    /denied calls are missing/,
  ],
  [
    'denied calls of the future',
    each('policy.probes', (fact) => ({
      ...fact,
      samples: fact.samples.map(([due, , outcome]) => [due + 9_000, due + 9_003, outcome]),
    })),
    /"policy.probes" names a time after it was recorded/,
    'either',
  ],
]

export const policyDamages: Damage[] = rules.map(([title, edit, because, verdict = 'inconclusive']) => ({
  title,
  edit,
  because,
  verdict,
}))
