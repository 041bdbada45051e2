import { expect, test } from '@playwright/test'
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Fact } from '../../../lib/record/facts.ts'
import { toLine } from '../../../lib/record/recorder.ts'
import { writeResults } from '../../../lib/report/results.ts'
import { buildDrill, buildRun } from '../verdict/facts-builder.ts'
import { newFolder } from '../in-folder.ts'

const lines = buildRun([...buildDrill('d1'), ...buildDrill('d2')]).map(toLine)
const text = (all: string[]): string => all.map((line) => `${line}\n`).join('')
/** A line in the middle of the first drill, which passes also without it. */
const middle = lines.findIndex((line) => line.startsWith('{"kind":"fault.healed"'))
const withLine = (line: string): string => text(lines.toSpliced(middle, 0, line))

/** The verdicts of the drills, and what was said of lines that cannot be read. */
function judge(content: string | Buffer) {
  const folder = newFolder()
  writeFileSync(join(folder, 'events.jsonl'), content)
  return judgeFolder(folder)
}

function judgeFolder(folder: string) {
  const said: string[] = []
  const { drills } = writeResults(folder, (sentence) => said.push(sentence))
  return { verdicts: Object.fromEntries(drills.map(({ id, verdict }) => [id, verdict])), said: said.join('\n') }
}

test('a drill’s name that is not a JSON string makes its line unreadable, and the run is judged', () => {
  for (const id of ['d1\\x', 'd1\t', 'd1\\u12']) {
    for (const end of ['"text":"x"}', '"te']) {
      const { verdicts, said } = judge(withLine(`{"kind":"note","at":1,"drill":"${id}",${end}`))
      expect(verdicts, id).toEqual({ d1: 'inconclusive', d2: 'inconclusive' })
      expect(said).toContain(`line ${middle + 1} (it is cut off or damaged)`)
    }
  }
})

test('a damaged byte in a drill’s name affects all drills, because any of them may have lost the fact', () => {
  const whole = Buffer.from(text(lines))
  const at = whole.indexOf('"drill":"d1"', whole.indexOf(lines[middle] ?? '')) + '"drill":"d'.length
  whole[at] = 0xff
  const { verdicts, said } = judge(whole)
  expect(verdicts).toEqual({ d1: 'inconclusive', d2: 'inconclusive' })
  expect(said).toContain('it is not UTF-8')
})

test('a drill with the replacement character in its name is judged', () => {
  const named = buildRun(buildDrill('d\u{fffd}')).map(toLine)
  expect(judge(text(named)).verdicts).toEqual({ 'd\u{fffd}': 'pass' })
})

test('kinds with names of built-in object properties are unknown', () => {
  for (const kind of ['constructor', '__proto__', 'prototype']) {
    const { verdicts, said } = judge(withLine(`{"kind":"${kind}","at":1700000030000,"drill":"d1"}`))
    expect(verdicts, kind).toEqual({ d1: 'inconclusive', d2: 'pass' })
    expect(said).toContain(`unknown kind "${kind}"`)
  }
})

test('blank lines, and byte order marks of concatenated files, change nothing', () => {
  for (const blank of [' ', '\t \t', ' \r', '\ufeff', `\ufeff${lines[middle + 1] ?? ''}`]) {
    const replaced = blank.length > 3 ? lines.with(middle + 1, blank) : lines.toSpliced(middle, 0, blank)
    expect(judge(text(replaced)), JSON.stringify(blank.slice(0, 3))).toEqual({
      verdicts: { d1: 'pass', d2: 'pass' },
      said: '',
    })
  }
})

test('a file of blanks has no facts, and the error says so', () => {
  expect(() => judge('  \n\t\r\n ')).toThrow(/^there are no facts in ".*": the run ended before it recorded anything$/)
})

test('a line that is longer than the maximum string is unreadable, and the run is judged', () => {
  const folder = newFolder()
  const file = openSync(join(folder, 'events.jsonl'), 'a')
  const begin = `${text(lines.slice(0, middle))}{"kind":"note","at":1700000030000,"drill":"d1","text":"`
  writeSync(file, begin)
  // A hole, which takes no room on the disk.
  ftruncateSync(file, begin.length + 2 ** 29)
  writeSync(file, `"}\n${text(lines.slice(middle))}`)
  closeSync(file)
  const { verdicts, said } = judgeFolder(folder)
  expect(verdicts).toEqual({ d1: 'inconclusive', d2: 'inconclusive' })
  expect(said).toContain(`line ${middle + 1} (it is longer than any fact)`)
})

test('unknown fields are left out of the summary, and the run is judged', () => {
  const known = buildRun(buildDrill('d1'))
  const extended = known.map((fact): Fact => {
    const machine = { cpus: 2, memoryBytes: 2 ** 30, cores: 1 }
    if (fact.kind === 'run.started') return { ...fact, run: { ...fact.run, machine, ...{ region: 'x' } } }
    return fact.kind === 'drill.planned' ? { ...fact, objectives: { ...fact.objectives, ...{ costs: 1 } } } : fact
  })
  expect(judge(text(extended.map(toLine)))).toEqual({ verdicts: { d1: 'pass' }, said: '' })
})

test('an impossible figure makes its fact unreadable, and the other drills are judged', () => {
  const impossible: [kind: string, from: RegExp, to: string][] = [
    ['backup.ended', /"bytes":\d+/, '"bytes":-1'],
    ['backup.ended', /"startedMs":\d+/, '"startedMs":-1e308'],
    ['backup.ended', /"endedMs":\d+/, '"endedMs":1e308'],
    ['load.ended', /"requests":\d+/, '"requests":-1'],
    ['load.ended', /"failed":\d+/, '"failed":-1'],
    ['load.ended', /"p50Ms":\d+/, '"p50Ms":-1'],
  ]
  for (const [kind, from, to] of impossible) {
    const at = lines.findIndex((line) => line.startsWith(`{"kind":"${kind}"`))
    const changed = (lines[at] ?? '').replace(from, to)
    expect(changed, to).toContain(to)
    const { verdicts, said } = judge(text(lines.with(at, changed)))
    expect(verdicts, to).toEqual({ d1: 'inconclusive', d2: 'pass' })
    expect(said, to).toContain(`line ${at + 1} (fact.`)
  }
})
