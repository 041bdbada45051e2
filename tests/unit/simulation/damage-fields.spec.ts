import { expect, test } from '@playwright/test'
import type { DrillFact } from '../../../lib/record/facts.ts'
import { describeInvalid } from '../../../lib/record/parse.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { createRandom } from '../../../lib/verdict/statistics/random.ts'
import { changeField, type Field, listChanges, listFields } from '../verdict/fact-fields.ts'
import { damages } from './damages-all.ts'
import { playPassing } from './damages.ts'

test('the damages cover each field of the facts that can change a verdict', async () => {
  const drills = await playPassing(Array.from({ length: 27 }, (_, seed) => seed))
  const damaged = new Set<Field>()
  for (const { edit } of damages)
    for (const { facts, scenario } of drills) {
      const after = edit(facts, createRandom(scenario.seed + 7))
      if (after) for (const field of listChanges(facts, after)) damaged.add(field)
    }
  const others = listFields().filter((field) => !damaged.has(field))
  const histories = drills.map(({ facts }) => facts)
  // A new field must be simulated, or a damage must bring it in: else nobody knows what the verdict makes of it.
  expect(others.filter((field) => !histories.some((facts) => facts.some((fact) => hasField(fact, field))))).toEqual([])
  expect(others.filter((field) => histories.some((facts) => decides(facts, field)))).toEqual([])
})

function hasField(fact: DrillFact, field: Field): boolean {
  let found = fact.kind === field
  changeField(fact, field, (value) => {
    found = true
    return value
  })
  return found
}

/** Whether a drill that passed passes no more once the field is wrong, everywhere or the last time. */
function decides(facts: DrillFact[], field: Field): boolean {
  const last = facts.findLast((fact) => hasField(fact, field))
  if (!last) return false
  return [breakSomehow, breakOtherwise].some((edit) =>
    [() => true, (fact: DrillFact) => fact === last].some((chosen) => {
      const broken = facts.map((fact) => (chosen(fact) ? changeField(fact, field, edit) : fact))
      return broken.every((fact) => describeInvalid(fact) === null) && judgeDrill(broken).verdict !== 'pass'
    }),
  )
}

const breakSomehow = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((one: unknown) => (typeof one === 'string' ? 'broken' : one))
  return typeof value === 'boolean' ? !value : typeof value === 'number' ? 0 : 'broken'
}

const breakOtherwise = (value: unknown): unknown => {
  if (Array.isArray(value)) return []
  return typeof value === 'number' ? 1e13 : value === null ? 1 : null
}
