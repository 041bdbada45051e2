import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '@playwright/test'
import { damageObstacle } from '../../../lib/faults/support/data-damage.ts'
import { faults } from '../../../lib/faults/index.ts'
import { noopWorkload } from '../../../lib/simulation/noop-tool.ts'
import { isImpossible } from '../../../lib/workloads/damage.ts'
import { workloadNames, workloadOf, workloads } from '../../../lib/workloads/index.ts'

test('each workload has a unique name, and its programs exist', () => {
  expect(new Set(workloadNames).size).toBe(workloads.length)
  for (const { name, title, about, clients } of workloads) {
    expect(workloadOf(name).name).toBe(name)
    expect([title, about]).not.toContain('')
    for (const path of [clients.load, clients.prober]) expect(existsSync(path), path).toBe(true)
  }
})

test('an unknown workload is an error that names the known ones', () => {
  expect(() => workloadOf('ledgre')).toThrow(`no workload "ledgre"; there are ${workloadNames.join(', ')}`)
})

test('each kind of damage that a workload does not support has a reason', () => {
  for (const { name, damage } of workloads)
    for (const [kind, way] of Object.entries({ ...damage.commands, fill: damage.fill }))
      if (isImpossible(way)) expect(way.impossible.length, `${name}, ${kind}`).toBeGreaterThan(10)
})

test('a fault that a workload does not support is an obstacle with the reason, and other faults are not', () => {
  expect(damageObstacle(faults.ransomware, noopWorkload())).toBe('No-op: it holds no data on a volume')
  expect(damageObstacle(faults.ransomware, workloadOf('ledger'))).toBeNull()
  expect(damageObstacle({}, noopWorkload())).toBeNull()
})

const sourcesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file))

test('load, probes, faults, drills and fixtures name no workload', () => {
  // A word of plain English names no workload.
  const names: string[] = workloadNames.filter((name: string) => name !== 'files')
  const naming = new RegExp(`\\b(${names.join('|')})\\b|/records\\b`, 'i')
  const files = ['lib/load', 'lib/probes', 'lib/faults', 'lib/drill', 'fixtures'].flatMap(sourcesOf)
  expect(files.length).toBeGreaterThan(50)
  const found = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => (naming.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  )
  expect(found).toEqual([])
})

/** A script of k6 and the files that it imports, types left out. */
function scriptsOf(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen
  seen.add(path)
  for (const [, name = ''] of readFileSync(path, 'utf8').matchAll(/^import (?!type).* from '([.][^']+)'/gm))
    scriptsOf(join(dirname(path), name), seen)
  return seen
}

test('no load script exports by destructuring, which k6 does not support', () => {
  for (const { name, clients } of workloads) {
    const scripts = [...scriptsOf(clients.load)]
    expect(scripts.length, name).toBeGreaterThan(1)
    for (const path of scripts) expect(readFileSync(path, 'utf8'), path).not.toMatch(/^export (const|let|var) [{[]/m)
  }
})
