import { expect, test } from '@playwright/test'
import { FACTS, type DrillFact } from '../../../lib/record/facts.ts'
import { dropRightList } from '../../../lib/record/long-lists.ts'
import { buildDrill } from '../verdict/facts-builder.ts'

const KINDS = ['probes', 'policy.probes', 'writes', 'resources', 'integrity.checked'] as const
type Broken = Record<string, unknown> & { kind: string }
type Long = (typeof KINDS)[number]

const calls: DrillFact = {
  ...{ kind: 'policy.probes', at: 40, drill: 'd1', intervalMs: 50 },
  samples: [
    [1, 2, 'denied'],
    [3, null, 'other', 4],
    [5, 6, 'served'],
  ],
}
const facts = [...buildDrill(), calls].filter((fact) => KINDS.some((kind) => kind === fact.kind))
const listOf = (fact: DrillFact): unknown[] => {
  if (fact.kind === 'writes') return fact.writes
  if (fact.kind === 'integrity.checked') return fact.check.slots
  return 'samples' in fact ? fact.samples : []
}

test('the long lists that a drill records are all checked in the fast way', () => {
  expect(new Set(facts.map(({ kind }) => kind))).toEqual(new Set(KINDS))
  for (const fact of facts) expect(listOf(dropRightList(fact) as DrillFact)).toEqual([])
})

const ODD = [undefined, null, NaN, Infinity, -1, 0.5, '', 'x', true, [], [1], [1, 2], [1, 2, true], {}, 1e300]

test('a list with an odd value in any place is refused by the fast check wherever its schema refuses it', () => {
  let refused = 0
  for (const fact of facts)
    for (const broken of breakEach(fact)) {
      const isRight = FACTS[fact.kind as Long].safeParse(broken).success
      if (!isRight) refused++
      const isDropped = dropRightList(broken) !== broken
      expect(isDropped && !isRight, JSON.stringify(broken).slice(0, 400)).toBe(false)
    }
  expect(refused).toBeGreaterThan(100)
})

/** Copies of a fact with three elements, of which the middle one, or one of its fields, is odd, missing or one too many. */
function* breakEach(fact: DrillFact): Generator<Broken> {
  const [first, middle, last] = listOf(fact).slice(0, 3)
  if (middle === undefined) return
  for (const odd of [...ODD, ...breakElement(middle as object)]) yield put(fact, [first, odd, last])
  yield put(fact, Object.assign([], { 0: first, 2: last }))
  for (const odd of ODD) yield put(fact, odd)
}

function* breakElement(element: object): Generator {
  const copy = (): Record<string, unknown> => structuredClone(element) as Record<string, unknown>
  for (const name of [...Object.keys(element), ...(Array.isArray(element) ? ['3', '4'] : ['sinceMs', 'other'])])
    for (const odd of ODD) yield Object.assign(copy(), { [name]: odd })
  if (Array.isArray(element)) yield element.slice(1)
  else
    for (const name of Object.keys(element))
      yield Object.fromEntries(Object.entries(element).filter(([own]) => own !== name))
}

function put(fact: DrillFact, list: unknown): Broken {
  const name = fact.kind === 'writes' ? 'writes' : 'samples'
  const fields = fact.kind === 'integrity.checked' ? { check: { ...fact.check, slots: list } } : { [name]: list }
  return { ...fact, ...fields }
}
