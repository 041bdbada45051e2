import { expect, test } from '@playwright/test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openEvents } from '../../../lib/record/events-file.ts'
import type { DrillFact, Fact } from '../../../lib/record/facts.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { groupByDrill, summarise } from '../../../lib/verdict/summarise.ts'
import { createRandom } from '../../../lib/verdict/statistics/random.ts'
import { buildDrill, buildRun, startMs } from '../verdict/facts-builder.ts'
import { newFolder } from '../in-folder.ts'

const two = [...buildDrill('d1'), ...buildDrill('d2')]

/** As a recorder writes it: the kind, the time and the drill come first. */
function toLine(fact: Fact): string {
  if (!('drill' in fact)) return JSON.stringify(fact)
  const { kind, at, drill, ...rest } = fact
  return JSON.stringify({ kind, at, drill, ...rest })
}
const linesOf = (drillFacts: DrillFact[] = two): string[] => buildRun(drillFacts).map(toLine)

function write(content: string | Buffer): string {
  const file = join(newFolder(), 'events.jsonl')
  writeFileSync(file, content)
  return file
}

/** The verdict of each drill of which a fact can be read, and the lines that cannot. */
function judgeFile(content: string | Buffer) {
  const events = openEvents(write(content))
  try {
    const verdicts = events.drills.flatMap((id) => {
      const { facts, unreadable } = events.readDrill(id)
      return facts.length === 0 ? [] : [[id, judgeDrill(facts, unreadable).verdict]]
    })
    return { verdicts: Object.fromEntries(verdicts) as Record<string, string>, unreadable: events.unreadable() }
  } finally {
    events.close()
  }
}

const text = (lines: string[]): string => lines.map((line) => `${line}\n`).join('')
const lastOf = (lines: string[], drill: string) => lines.findLastIndex((line) => line.includes(`"drill":"${drill}"`))
/** A line in the middle of the first drill. */
const middleOf = (lines: string[]) => lines.findIndex((line) => line.startsWith('{"kind":"fault.healed"'))
const replaceLine = (lines: string[], index: number, ...by: string[]) => lines.toSpliced(index, 1, ...by)

test('mixed facts of several drills are read drill by drill, in the order of the file', () => {
  const mixed = two.toSorted((one, other) => one.at - other.at)
  const events = openEvents(write(text(linesOf(mixed))))
  expect(events.runFacts).toEqual(buildRun(mixed).filter((fact) => !('drill' in fact)))
  expect(events.drills).toEqual(['d1', 'd2'])
  for (const [id, facts] of groupByDrill(mixed)) expect(events.readDrill(id)).toEqual({ facts, unreadable: [] })
  expect(events.unreadable()).toEqual([])
  events.close()
})

test('facts with fields in another order are read', () => {
  const { verdicts, unreadable } = judgeFile(
    buildRun(two)
      .map((fact) => `${JSON.stringify(fact)}\n`)
      .join(''),
  )
  expect({ verdicts, unreadable }).toEqual({ verdicts: { d1: 'pass', d2: 'pass' }, unreadable: [] })
})

test('lines that are longer than a read block, or cross its border, are read completely', () => {
  const note = (length: number): DrillFact => ({ kind: 'note', at: startMs, drill: 'd1', text: 'ä'.repeat(length) })
  const notes = [10, (1 << 19) - 60, 1 << 19, 3 << 20, 1, (1 << 20) + 1].map(note)
  const events = openEvents(write(notes.map((fact) => `${toLine(fact)}\n`).join('')))
  expect(events.readDrill('d1').facts).toEqual(notes)
  events.close()
})

test('Windows line ends, empty lines and a byte order mark change nothing', () => {
  const lines = linesOf()
  for (const content of [lines.join('\r\n'), `\ufeff${text(lines)}`, text(lines.flatMap((line) => [line, '', '\r']))]) {
    const { verdicts, unreadable } = judgeFile(content)
    expect({ verdicts, unreadable }).toEqual({ verdicts: { d1: 'pass', d2: 'pass' }, unreadable: [] })
  }
})

test('an incomplete line affects only its drill, at any place in the file', () => {
  const lines = linesOf()
  for (const drill of ['d1', 'd2']) {
    for (const at of [lastOf(lines, drill), lastOf(lines, drill) - 3]) {
      const { verdicts, unreadable } = judgeFile(text(replaceLine(lines, at, (lines[at] ?? '').slice(0, -2))))
      expect(verdicts).toEqual({ d1: 'pass', d2: 'pass', [drill]: 'inconclusive' })
      expect(unreadable).toMatchObject([{ line: at + 1, owner: { drills: [drill] } }])
    }
  }
})

test('a line with two facts affects the drills of both', () => {
  const lines = linesOf()
  const last = lastOf(lines, 'd1')
  const [one = '', other = ''] = lines.slice(last, last + 2)
  const glued = (kept: number) => judgeFile(text(lines.toSpliced(last, 2, one.slice(0, kept) + other))).verdicts
  expect(glued(one.length - 3)).toEqual({ d1: 'inconclusive', d2: 'inconclusive' })
  expect(glued(20)).toEqual({ d1: 'inconclusive', d2: 'inconclusive' })
})

test('a damaged line without a drill’s name affects all drills', () => {
  const lines = linesOf()
  const at = middleOf(lines)
  for (const damaged of ['{"ki', '\0'.repeat(4096) + (lines[at] ?? ''), 'no JSON at all']) {
    expect(judgeFile(text(lines.toSpliced(at, 0, damaged))).verdicts, damaged.slice(0, 20)).toEqual({
      d1: 'inconclusive',
      d2: 'inconclusive',
    })
  }
  expect(judgeFile(text(lines) + '\0'.repeat(4096)).verdicts).toEqual({ d1: 'inconclusive', d2: 'inconclusive' })
})

test('a line of another program affects only the drill with facts around it, and none between two drills', () => {
  const lines = linesOf()
  for (const foreign of ['{"level":"info","msg":"hello"}', '17', 'null', '[]', '{"kind":"coffee","at":1}']) {
    const within = judgeFile(text(lines.toSpliced(middleOf(lines), 0, foreign)))
    expect(within.verdicts, foreign).toEqual({ d1: 'inconclusive', d2: 'pass' })
    expect(within.unreadable).toHaveLength(1)
    const between = judgeFile(text(lines.toSpliced(lastOf(lines, 'd1') + 1, 0, foreign)))
    expect(between.verdicts, foreign).toEqual({ d1: 'pass', d2: 'pass' })
    expect(between.unreadable).toHaveLength(1)
  }
})

test('a fact of a later version, or with an invalid date, affects the drill that it names', () => {
  const lines = linesOf()
  for (const line of ['{"kind":"coffee","at":1,"drill":"d2"}', '{"kind":"note","at":1e18,"drill":"d2","text":"x"}']) {
    const { verdicts, unreadable } = judgeFile(text(lines.toSpliced(middleOf(lines), 0, line)))
    expect(verdicts).toEqual({ d1: 'pass', d2: 'inconclusive' })
    expect(unreadable[0]?.why).toMatch(/unknown kind "coffee"|its time 1000000000000000000 is not a valid date/)
  }
})

test('bytes that are not UTF-8 make a line unreadable', () => {
  const lines = linesOf()
  const at = lines.findIndex((line) => line.includes('"note"'))
  const before = Buffer.from(text(lines.slice(0, at)))
  const bad = Buffer.from((lines[at] ?? '').replace('made by hand', 'made\x01by hand'))
  bad[bad.indexOf('\x01')] = 0xff
  const content = Buffer.concat([before, bad, Buffer.from(`\n${text(lines.slice(at + 1))}`)])
  expect(judgeFile(content)).toMatchObject({
    verdicts: { d1: 'inconclusive', d2: 'pass' },
    unreadable: [{ line: at + 1, why: 'it is not UTF-8' }],
  })
})

test('facts of a later schema are refused, and the error names both schemas', () => {
  const later = text(linesOf()).replace('meshdrill/events@1', 'meshdrill/events@2')
  expect(() => openEvents(write(later))).toThrow(/have schema "meshdrill\/events@2", .* reads "meshdrill\/events@1"/)
})

test('in a file that is cut at any place, no drill with a missing fact passes', () => {
  const lines = linesOf()
  const whole = Buffer.from(text(lines))
  const drillEnd = (drill: string) => Buffer.byteLength(text(lines.slice(0, lastOf(lines, drill) + 1))) - 1
  const draw = createRandom(7)
  const cuts = [
    ...[-1, 0, 1].flatMap((by) => [drillEnd('d1') + by, drillEnd('d2') + by]),
    ...Array.from({ length: 60 }, () => Math.floor(draw() * whole.length)),
  ]
  for (const cut of cuts) {
    const { verdicts } = judgeFile(whole.subarray(0, cut))
    for (const drill of ['d1', 'd2'])
      if (cut < drillEnd(drill))
        expect([undefined, 'inconclusive'], `${drill} cut at ${cut}`).toContain(verdicts[drill])
    expect(verdicts.d1 === 'pass' && cut >= drillEnd('d2')).toBe(cut >= drillEnd('d2'))
  }
})

test('facts in a file are judged like the same facts in memory', () => {
  const mixed = two.toSorted((one, other) => one.at - other.at)
  const { verdicts } = judgeFile(text(linesOf(mixed)))
  expect(Object.entries(verdicts)).toEqual(
    summarise({ facts: buildRun(mixed), torn: [] }).drills.map(({ id, verdict }) => [id, verdict]),
  )
})
