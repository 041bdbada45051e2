import { expect, test } from '@playwright/test'
import { createRandom } from '../facts-builder.ts'
import { answer, findDifferences, findExcess, findExcessOfWitness, findMistakes } from './referee.ts'
import { buildBadTrial, buildCleanTrial, harms, type Trial } from './trials.ts'

/** `npx tsx bench/history.ts` does the same with ten thousand of each. */
const clean = Array.from({ length: 200 }, (_, seed) => buildCleanTrial(seed))
const bad = harms.flatMap((harm) => Array.from({ length: 30 }, (_, seed) => buildBadTrial(seed, harm)))
const all = [...clean, ...bad]

/** The mistakes, each with its trial. */
function collect(trials: Trial[], find: (trial: Trial) => string[]): string[] {
  return trials.flatMap((trial, index) =>
    find(trial).map((mistake) => `${index} (${trial.harm ?? 'clean'}): ${mistake}`),
  )
}

test('no clean history is accused, and the moment found includes that of the backup', () => {
  expect(collect(clean, findMistakes)).toEqual([])
})

for (const harm of harms) {
  test(`every bad history is found: ${harm}`, () => {
    const trials = bad.filter((trial) => trial.harm === harm)
    expect(trials.length).toBe(30)
    expect(collect(trials, findMistakes)).toEqual([])
  })
}

test('all figures equal those of the literal definitions', () => {
  expect(collect(all, (trial) => findDifferences(trial, answer(trial)))).toEqual([])
})

test('the order of the writes and of the readings makes no difference', () => {
  const draw = createRandom(7)
  const shuffle = <Value>(values: Value[]): Value[] =>
    values
      .map((value) => ({ value, key: draw() }))
      .sort((one, other) => one.key - other.key)
      .map(({ value }) => value)
  const differing = all.filter((trial) => {
    const shuffled = { ...trial, writes: shuffle(trial.writes), slots: shuffle(trial.slots) }
    return JSON.stringify(answer(trial)) !== JSON.stringify(answer(shuffled))
  })
  expect(differing).toEqual([])
})

test('each counter-example shows its defect by itself and is minimal', () => {
  const examples = bad.flatMap((trial) => answer(trial).examples.map((example) => ({ trial, example })))
  for (const kind of ['torn', 'duplicated', 'phantom', 'reordered', 'stale', 'lost'])
    expect(examples.filter(({ example }) => example.kind === kind).length, kind).toBeGreaterThanOrEqual(30)
  expect(examples.flatMap(({ trial, example }) => findExcess(trial, example))).toEqual([])
})

test('two writes and their slots prove that no moment exists, and one write does not', () => {
  const mixed = all.filter((trial) => !answer(trial).consistency.consistent)
  expect(mixed.length).toBeGreaterThan(90)
  expect(mixed.flatMap(findExcessOfWitness)).toEqual([])
})

test('the trials contain writes without an answer, hidden writes and refused writes', () => {
  const answers = all.map((trial) => answer(trial))
  const share = (holds: (given: (typeof answers)[number]) => boolean) => answers.filter(holds).length / answers.length
  expect(share(({ unknown }) => unknown.there > 0)).toBeGreaterThan(0.5)
  expect(share(({ unknown }) => unknown.there < unknown.sent)).toBeGreaterThan(0.5)
  expect(share(({ hidden }) => hidden > 0)).toBeGreaterThan(0.1)
  expect(share(({ lost }) => lost > 0)).toBeGreaterThan(0.3)
})
