import { expect, test } from '@playwright/test'
import { readArguments, refuseRun } from '../../../lib/runner/arguments.ts'
const argv = (...args: string[]): string[] => ['node', 'cli.js', 'test', ...args]
const drills = [{ name: 'drills', dependencies: ['lab'] }]

test('a run with one worker and its lab is not refused', () => {
  expect(() => {
    refuseRun({ workers: 1, argv: argv('--retries=3', '-x'), filteredProjects: drills })
  }).not.toThrow()
})

test('a run with several workers is refused with the command to use instead', () => {
  expect(() => {
    refuseRun({ workers: 2, argv: argv(), filteredProjects: drills })
  }).toThrow(/2 workers: drills run one at a time[^]*Next: the same command without --workers or -j/)
})

test('drills without the project that sets up their lab are refused', () => {
  const noDeps = argv('--no-deps')
  expect(() => {
    refuseRun({ workers: 1, argv: noDeps, filteredProjects: drills })
  }).toThrow('--no-deps: no project would set up the lab')
  expect(() => {
    refuseRun({ workers: 1, argv: noDeps, filteredProjects: [{ name: 'lab', dependencies: [] }] })
  }).not.toThrow()
})

test('each form of grep names tests, except grep-invert', () => {
  for (const args of [['-g', 'x'], ['-gx'], ['--grep', 'x'], ['--grep=x'], ['-xg', 'x'], ['--test-list=f']])
    expect(readArguments(argv(...args)).namesTests, args.join(' ')).toBe(true)
  for (const args of [
    [],
    ['-G', 'x'],
    ['--grep-invert=x'],
    ['--project=velero'],
    ['--', '-g', 'x'],
    ['--global-timeout=1'],
  ])
    expect(readArguments(argv(...args)).namesTests, args.join(' ')).toBe(false)
})

test('a command that lists drills or works on reports runs nothing', () => {
  for (const runs of [argv(), argv('--ui'), argv('--debug'), ['node', 'cli.js', 'test-server']])
    expect(readArguments(runs).runs).toBe(true)
  for (const idle of [
    argv('--list'),
    ['node', 'cli.js', 'merge-reports', 'blob-report'],
    ['node', 'cli.js', 'clear-cache'],
  ])
    expect(readArguments(idle).runs).toBe(false)
})

test('a run of the default projects is one that names no project and has no choice of projects', () => {
  for (const args of [[], ['-g', 'velero'], ['--list'], ['--', '--project=velero']])
    expect(readArguments(argv(...args)).staysInDefaultProjects, args.join(' ')).toBe(true)
  for (const other of [
    argv('--project', 'velero'),
    argv('--project=velero'),
    argv('--ui'),
    ['node', 'cli.js', 'test-server'],
  ])
    expect(readArguments(other).staysInDefaultProjects, other.join(' ')).toBe(false)
})

test('the last run’s file is looked for, unless the command names it', () => {
  expect(readArguments(argv('--last-failed')).lastFailed).toBe(true)
  for (const args of [[], ['--last-failed', '--last-failed-file=f'], ['--last-failed', '--output', 'o']])
    expect(readArguments(argv(...args)).lastFailed).toBe(false)
})

test('the file of a drill names tests, with or without a line, and other arguments do not', () => {
  const drills = ['/work/tests/drills/malice.spec.ts', '/work/tests/drills/network.spec.ts']
  for (const args of [
    ['tests/drills/malice.spec.ts'],
    ['drills/malice.spec.ts:12'],
    ['malice:12:3'],
    ['--', 'network'],
  ])
    expect(readArguments(argv(...args), drills).namesTests, args.join(' ')).toBe(true)
  for (const args of [
    ['tests/controls/broken-tools.spec.ts:90'],
    ['--project', 'velero'],
    ['-x'],
    ['--reporter', 'list'],
  ])
    expect(readArguments(argv(...args), drills).namesTests, args.join(' ')).toBe(false)
})
