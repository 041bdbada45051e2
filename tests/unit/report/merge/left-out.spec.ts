import { expect, test } from '@playwright/test'
import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newFolder } from '../../in-folder.ts'
import { ALL, counted, makeResults, merge } from './nights.ts'

const cli = fileURLToPath(new URL('../../../../bin/meshdrill.js', import.meta.url))

test('a run that ended before its first fact is left out with a warning, and the others are merged', async () => {
  const { results, nights } = makeResults()
  const [none, empty, torn] = ['2026-01-03T01-00-00', '2026-01-04T01-00-00', '2026-01-05T01-00-00'].map((id) => {
    mkdirSync(join(results, id))
    return join(results, id)
  })
  writeFileSync(join(empty ?? '', 'events.jsonl'), '')
  writeFileSync(join(torn ?? '', 'events.jsonl'), '{"kind":"run.star')
  const { code, said, summary, folder } = await merge([none ?? '', ...nights, empty ?? '', torn ?? ''])
  expect(code).toBe(0)
  expect(counted(summary)).toEqual(ALL)
  for (const left of [none, empty, torn]) expect(said).toContain(`beware: "${left ?? ''}" is left out: `)
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('is left out: the run ended before it recorded')
})

test('runs that all ended before their first fact cannot be merged, and no folder is created', async () => {
  const results = newFolder()
  for (const id of ['one', 'two']) mkdirSync(join(results, id))
  const { code, complained, folder } = await merge([join(results, 'one'), join(results, 'two')], results)
  expect({ code, folder }).toEqual({ code: 2, folder: '' })
  expect(complained).toMatch(
    /^there is nothing to merge: ".*one" is left out: the run ended before .*; ".*two" is left out/,
  )
})

test('unreadable lines of a run are reported in the merged run, and count against the same drills', async () => {
  const { nights } = makeResults()
  const [one = '', other = ''] = nights
  appendFileSync(
    join(other, 'events.jsonl'),
    '{"kind":"note","at":1,"drill":"velero.manual.istio.volume-loss.ledger.1","te',
  )
  const { said, summary, folder } = await merge([one, other])
  expect(summary?.drills.filter(({ verdict }) => verdict !== 'pass').map(({ id }) => id)).toEqual([
    'velero.manual.istio.volume-loss.ledger.3',
  ])
  const again = await merge([folder, one])
  expect(again.summary?.drills.map(({ verdict }) => verdict)).toEqual(summary?.drills.map(({ verdict }) => verdict))
  expect(said).toMatch(/could not be read/)
})

test('a merged run that does not fit on the disk leaves no folder, and is an error', () => {
  const { results, nights } = makeResults()
  const before = readdirSync(results)
  // A process that may write files of at most so many blocks of 512 bytes: as a disk that is full there.
  for (const blocks of [4, 400]) {
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, cli, 'merge', ...nights],
      { cwd: join(results, '..'), encoding: 'utf8' },
    )
    expect(stderr).toMatch(/could not be written: .*\(E(FBIG|NOSPC)\).*\n$/)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(status).toBe(2)
    expect(readdirSync(results)).toEqual(before)
    expect(readdirSync(join(results, '..', 'results'))).toEqual([])
  }
})
