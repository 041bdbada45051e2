import { expect, test } from '@playwright/test'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Fact, FACTS } from '../../../lib/record/facts.ts'
import { findOwner, readFacts } from '../../../lib/record/read.ts'
import { openRecorder } from '../../../lib/record/recorder.ts'
import { describeInvalid, isFact } from '../../../lib/record/parse.ts'
import { summarise } from '../../../lib/verdict/summarise.ts'
import { buildCheck, buildOperation, buildRun, startMs } from '../verdict/facts-builder.ts'
import { newFolder } from '../in-folder.ts'

const newFile = () => join(newFolder(), 'run', 'events.jsonl')
const note = (text: string) => ({ kind: 'note' as const, at: startMs, drill: 'd1', text })

test('facts of several recorders in one file are read back unchanged', () => {
  const file = newFile()
  for (const fact of buildRun()) {
    const recorder = openRecorder(file)
    recorder.record(fact)
    recorder.close()
  }
  expect(readFacts(file)).toEqual({ facts: buildRun(), torn: [] })
})

test('every kind of fact is checked: no field may be missing, and none may have another type', () => {
  const skipped: Fact = { kind: 'drill.skipped', at: startMs, drill: 'd1', reason: 'needs Docker' }
  const proof = { operation: buildOperation(), check: buildCheck() }
  const proved: Fact = { kind: 'backup.proved', at: startMs, drill: 'd1', name: 'b1', ...proof }
  const found: Fact = { kind: 'backup.found', at: startMs, drill: 'd1', name: 'b1', operation: buildOperation() }
  const searched: Fact = {
    ...{ kind: 'backup.searched', at: startMs, drill: 'd1', objects: 1, bytes: 2, searchedBytes: 2 },
    ...{ data: false, secrets: null, keyIsPublished: false },
  }
  const calls: Fact[] = [
    { kind: 'policy.probes', at: startMs, drill: 'd1', intervalMs: 50, samples: [[startMs, null, 'other']] },
    { kind: 'policy.ended', at: startMs, drill: 'd1', sent: 1, error: null },
  ]
  const kinds = new Map([...buildRun(), skipped, proved, found, searched, ...calls].map((fact) => [fact.kind, fact]))
  expect([...kinds.keys()].toSorted()).toEqual(Object.keys(FACTS).toSorted())
  for (const [kind, fact] of kinds) {
    expect(describeInvalid(fact), kind).toBe(null)
    for (const field of Object.keys(fact)) {
      expect(isFact({ ...fact, [field]: undefined }), `${kind} without ${field}`).toBe(false)
      expect(isFact({ ...fact, [field]: Symbol('x') }), `${kind} with a wrong ${field}`).toBe(false)
    }
  }
})

test('a value that is not a fact is not recorded', () => {
  const file = newFile()
  const recorder = openRecorder(file)
  expect(() => {
    recorder.record({ ...note('x'), at: NaN })
  }).toThrow('fact.at: Invalid input: expected number, received NaN')
  recorder.record(note('y'))
  recorder.close()
  expect(readFacts(file).facts).toEqual([note('y')])
})

test('a complete line that is not a fact is an error with its number', () => {
  const file = newFile()
  openRecorder(file).close()
  writeFileSync(file, `${JSON.stringify(note('x'))}\n{"kind":"coffee","at":1}\n`)
  expect(() => readFacts(file)).toThrow(/events\.jsonl" line 2: unknown kind "coffee"/)
  writeFileSync(file, '[]\n')
  expect(() => readFacts(file)).toThrow(/line 1: it has no kind/)
  writeFileSync(file, '{"kind":"toString","at":1}\n')
  expect(() => readFacts(file)).toThrow(/unknown kind "toString"/)
})

test('an incomplete line is reported, keeps the next line intact, and affects only the verdict of its drill', () => {
  const file = newFile()
  const facts = [...buildRun(), ...buildRun().flatMap((fact) => ('drill' in fact ? [{ ...fact, drill: 'd2' }] : []))]
  const [first, ...others] = facts
  if (!first) throw new Error('no facts')
  const recorder = openRecorder(file)
  recorder.record(first)
  recorder.close()
  appendFileSync(file, JSON.stringify({ kind: 'probes', at: startMs, drill: 'd2', intervalMs: 50 }).slice(0, -3))
  const next = openRecorder(file)
  for (const fact of others) next.record(fact)
  next.close()
  const events = readFacts(file)
  expect(events.facts).toEqual(facts)
  expect(events.torn).toMatchObject([{ line: 2 }])
  expect(events.torn.map(findOwner)).toEqual([{ drill: 'd2' }])
  expect(summarise(events).drills.map(({ id, verdict }) => [id, verdict])).toEqual([
    ['d1', 'pass'],
    ['d2', 'inconclusive'],
  ])
})

test('a line that is cut before its drill’s name affects the verdict of every drill', () => {
  for (const text of ['{"ki', '{"kind":"note","at":17', '{"kind":"note","at":17,"drill":"d']) {
    expect(findOwner({ line: 9, text })).toBe(null)
    expect(summarise({ facts: buildRun(), torn: [{ line: 9, text }] }).drills[0]?.verdict).toBe('inconclusive')
  }
  expect(summarise({ facts: buildRun(), torn: [{ line: 9, text: '{"kind":"run.ended","a' }] }).drills[0]?.verdict).toBe(
    'pass',
  )
})

test('concurrent recorders, and a killed one, lose no recorded fact', async () => {
  const file = newFile()
  const recorderUrl = new URL('../../../lib/record/recorder.ts', import.meta.url).href
  // Long lines: the kernel must not mix them.
  const program = `import { openRecorder } from ${JSON.stringify(recorderUrl)}
    const recorder = openRecorder(process.argv[1])
    for (let i = 1; ; i++) {
      recorder.record({ kind: 'note', at: i, drill: process.argv[2], text: 'x'.repeat(i % 9000) })
      process.stdout.write(i + '\\n')
      if (process.argv[2] === 'endless') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
      else if (i === 400) break
    }`
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const start = (name: string) =>
    spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, file, name], { cwd: root })
  const children = ['a', 'b', 'endless'].map(start)
  const [, , endless] = children
  if (!endless) throw new Error('three children were started')
  let told = ''
  endless.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()))
  const exits = children.map((child) => once(child, 'exit'))
  await Promise.all(exits.slice(0, 2))
  for (let tries = 0; told.split('\n').length < 300 && tries < 600; tries++) await delay(20)
  endless.kill('SIGKILL')
  await exits[2]
  const { facts } = readFacts(file)
  const count = (drill: string) => facts.filter((fact) => 'drill' in fact && fact.drill === drill).length
  expect([count('a'), count('b')]).toEqual([400, 400])
  const lastTold = Number(told.trim().split('\n').at(-1))
  expect(lastTold).toBeGreaterThan(100)
  expect(count('endless')).toBeGreaterThanOrEqual(lastTold)
})
