import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { findTerminal, openScreen, type Line, type Terminal } from '../../../../lib/output/screen.ts'
import { protectSecret } from '../../../../lib/output/secrets.ts'
import { followAvailability } from '../../../../lib/report/live/availability.ts'
import { LiveView } from '../../../../lib/report/live/live.ts'
import { readUsualDurations } from '../../../../lib/report/live/usual.ts'
import { renderLive, type LiveState } from '../../../../lib/report/live/view.ts'
import { newFolder } from '../../in-folder.ts'

const text = (lines: readonly Line[]): string[] => lines.map((line) => line.map((span) => span.text).join(''))

const state: LiveState = {
  position: 2,
  total: 9,
  failed: 0,
  drill: { title: 'velero/file-system × namespace-deletion', startedMs: 0, usualMs: 90_000 },
  step: { title: 'restore: velero', startedMs: 20_000, usualMs: 40_000 },
  waiting: [60_000, 30_000],
  latest: 'building 1 of 2: kubelet',
  availability: [],
}

/** What a terminal shows that knows the control sequences of the screen; it fails on any other. */
function emulate(output: string): string[] {
  const rows: string[] = ['']
  let row = 0
  for (const part of output.match(/\u001b\[[?\d]*[a-zA-Z]|\r|\n|[^\u001b\r\n]+/g) ?? []) {
    const up = /^\u001b\[(\d+)A$/.exec(part)
    if (up) row -= Number(up[1])
    else if (part === '\u001b[J') rows.splice(row, rows.length, '')
    else if (part === '\n') rows[++row] ??= ''
    else if (part === '\r' || /\[(\?25[lh]|\?7[lh]|\d+m)$/.test(part)) continue
    else if (part.startsWith('\u001b')) throw new Error(`unknown sequence ${JSON.stringify(part)}`)
    else rows[row] = `${rows[row] ?? ''}${part}`
  }
  return rows.slice(0, -1)
}

function stubTerminal(columns = 80, hasColour = false) {
  const written: string[] = []
  const terminal: Terminal = { write: (part) => written.push(part), columns: () => columns, hasColour }
  return { terminal, output: () => written.join('') }
}

test('the live view shows the number of the drill, the step, its elapsed time and its usual duration', () => {
  expect(text(renderLive(state, 30_000))).toEqual([
    'drill 2 of 9  velero/file-system × namespace-deletion',
    '  30 s of about 90 s  ·  about 2 min 30 s left in all',
    '  ▸ restore: velero  ━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 10 s of about 40 s',
    '  building 1 of 2: kubelet',
  ])
})

test('a step that takes longer than usual is shown as such, and the time left is never negative', () => {
  const [, rest, step] = text(renderLive({ ...state, waiting: [] }, 110_000))
  expect(rest).toBe('  110 s (usually 90 s)  ·  about 0 ms left in all')
  expect(step).toBe('  ▸ restore: velero  ━━━━━━━━━━━━━━━━━━━━ 90 s (usually 40 s)')
})

test('drills without an earlier duration have no estimate', () => {
  const drill = { ...state.drill, usualMs: null }
  const step = { title: 'restore', startedMs: 0, usualMs: null }
  const lines = (waiting: (number | null)[]) => text(renderLive({ ...state, drill, step, waiting }, 5_000))
  expect(lines([null, null])[1]).toBe('  5 s')
  expect(lines([60_000, null])[1]).toBe('  5 s  ·  about 60 s left in all, and 2 drills not timed yet')
  expect(lines([])[2]).toBe('  ▸ restore  5 s')
})

test('availability has a bar for each second, and is 100 % only if each probe was answered', () => {
  const up = { right: 100, all: 100 }
  const line = (availability: LiveState['availability']) => text(renderLive({ ...state, availability }, 0)).at(-1)
  expect(line([null, up, { right: 0, all: 100 }, { right: 50, all: 100 }, up])).toBe(
    '  available  ·█▁▄█  up, 62 % of the last 5 s',
  )
  expect(line([up, { right: 99, all: 100 }])).toBe('  available  █▇  down, 99 % of the last 2 s')
  expect(line([up, up])).toBe('  available  ██  up, 100 % of the last 2 s')
  expect(line([{ right: 9_999, all: 10_000 }])).toContain('99 %')
})

test('the screen replaces its lines, keeps what is printed above them, and leaves nothing behind', () => {
  const { terminal, output } = stubTerminal()
  const screen = openScreen(terminal)
  screen.draw([[{ text: 'one' }], [{ text: 'two' }], [{ text: 'three' }]])
  screen.draw([[{ text: 'four' }]])
  expect(emulate(output())).toEqual(['four'])
  screen.print('passed: first\nand second')
  screen.draw([[{ text: 'five' }], [{ text: 'six' }]])
  expect(emulate(output())).toEqual(['passed: first', 'and second', 'five', 'six'])
  screen.close()
  expect(emulate(output())).toEqual(['passed: first', 'and second'])
  expect(output().endsWith('\u001b[?25h')).toBe(true)
})

test('a line of the screen fits the terminal, and has no secrets or control characters', () => {
  protectSecret('secretOfAScreen')
  const { terminal, output } = stubTerminal(21)
  openScreen(terminal).draw([[{ text: 'secretOfAScreen \u001b[2J' }, { text: 'a long name', colour: 'bold' }]])
  expect(emulate(output())).toEqual(['[redacted] \u{fffd}[2Ja lo…'])
})

test('there are no colours if the terminal has none', () => {
  const [plain, coloured] = [stubTerminal(80, false), stubTerminal(80, true)]
  for (const { terminal } of [plain, coloured]) openScreen(terminal).draw([[{ text: 'x', colour: 'red' }]])
  expect(coloured.output()).toContain('\u001b[31mx\u001b[0m')
  expect(plain.output()).not.toContain('\u001b[31m')
})

test('the live view needs a terminal: it is off in CI, in a dumb terminal and in a pipe', () => {
  const stream = { isTTY: true, columns: 100, write: () => true }
  expect(findTerminal(stream, {})?.columns()).toBe(100)
  expect(findTerminal(stream, { NO_COLOR: '1' })?.hasColour).toBe(false)
  expect(findTerminal(stream, {})?.hasColour).toBe(true)
  expect(findTerminal(stream, { CI: 'true' })).toBe(null)
  expect(findTerminal(stream, { TERM: 'dumb' })).toBe(null)
  expect(findTerminal({ ...stream, isTTY: false }, {})).toBe(null)
})

const probes = (...samples: unknown[]) => `${JSON.stringify({ kind: 'probes', at: 0, drill: 'd', samples })}\n`

test('probes are read while they are written, even with an incomplete last line', () => {
  const path = join(newFolder(), 'events.jsonl')
  const feed = followAvailability(path)
  expect(feed.read(3)).toEqual([])
  const second = probes([2000, 2004, true], [2500, null, false])
  writeFileSync(path, `${probes([1000, 1004, true])}{"kind":"probes", damaged\n${second.slice(0, 40)}`)
  expect(feed.read(2)).toEqual([null, { right: 1, all: 1 }])
  appendFileSync(path, second.slice(40))
  expect(feed.read(3)).toEqual([null, { right: 1, all: 1 }, { right: 1, all: 2 }])
  feed.clear()
  expect(feed.read(3)).toEqual([])
})

test('the usual duration is the median of the last nine, and is stored', () => {
  const path = join(newFolder(), 'cache', 'usual.json')
  const usual = readUsualDurations(path)
  expect(usual.of('a')).toBe(null)
  for (const durationMs of [900, 1, 2, 3, 4, 5, 6, 7, 8, 9]) usual.add('a', durationMs)
  usual.add('b', 10)
  usual.add('b', 20)
  expect(usual.save()).toBe(null)
  const later = readUsualDurations(path)
  expect([later.of('a'), later.of('b')]).toEqual([5, 15])
})

test('a damaged file of durations is created again, and an unwritable one is reported', () => {
  const folder = newFolder()
  const path = join(folder, 'usual.json')
  writeFileSync(path, '{"a": "long"}')
  const usual = readUsualDurations(path)
  expect(usual.of('a')).toBe(null)
  usual.add('a', 5)
  expect(usual.save()).toBe(null)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ a: [5] })
  const barred = readUsualDurations(join(path, 'below-a-file.json'))
  expect(barred.save()).toContain('below-a-file.json')
  expect(existsSync(join(path, 'below-a-file.json'))).toBe(false)
})

test('the live view follows a run: drills, steps and lines of the harness, which stay if the drill failed', () => {
  const folder = newFolder()
  const events = join(folder, 'events.jsonl')
  const { terminal, output } = stubTerminal(100)
  let nowMs = 1_000_000
  const view = new LiveView({ terminal, events, now: () => nowMs })
  view.begin(
    new Map([
      ['first', null],
      ['second', 40_000],
    ]),
  )
  view.beginDrill('first')
  view.beginStep('provision: ledger', 10_000)
  view.log('the lab is ready')
  nowMs += 5_000
  view.draw()
  expect(emulate(output())).toEqual([
    'drill 1 of 2  first',
    '  5 s  ·  about 40 s left in all, and 1 drill not timed yet',
    '  ▸ provision: ledger  ━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌ 5 s of about 10 s',
    '  the lab is ready',
  ])
  writeFileSync(events, probes([1000, 1004, true], [2000, 2004, true]))
  view.draw()
  expect(emulate(output()).at(-1)).toMatch(/^ {2}available {2}·+██ {2}up, 100 % of the last 52 s$/)
  view.endStep()
  view.endDrill({ failed: true, line: 'failed: first (5 s)' })
  view.beginDrill('second')
  expect(emulate(output())).toEqual([
    'the lab is ready',
    'failed: first (5 s)',
    'drill 2 of 2  second  1 failed',
    '  0 ms of about 40 s  ·  about 40 s left in all',
  ])
  view.log('gone when the drill passed')
  view.endDrill({ failed: false, line: 'passed: second (9 s)' })
  view.close()
  expect(emulate(output())).toEqual(['the lab is ready', 'failed: first (5 s)', 'passed: second (9 s)'])
})
