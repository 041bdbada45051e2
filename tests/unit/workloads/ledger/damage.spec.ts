import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import type { Finding, IntegrityCheck, Write } from '../../../../lib/record/facts.ts'
import { parseChanges } from '../../../../lib/faults/volume-corruption.ts'
import { send } from '../../../../lib/workloads/support/http.ts'
import { deployedLedger, ledger } from '../../../../lib/workloads/ledger/ledger.ts'
import { RECORD_BYTES } from '../../../../lib/workloads/ledger/record.ts'
import { countCanaries } from '../canaries.ts'
import type { LedgerChange, RunningLedger } from './process.ts'
import { test } from './service.ts'

const seed = 7
const seeded = 2100

/** Three files; of the seeded records of the first, twenty were written over, and twenty were appended. */
async function fill(ledger: RunningLedger): Promise<Write[]> {
  await send(ledger.route, 'POST', `/seed?bytes=${seeded * RECORD_BYTES}&seed=${seed}`, 10_000)
  const slots = Array.from({ length: 40 }, (_, index) =>
    index < 20 ? { slot: index * 7, generation: 2 } : { slot: seeded + index - 20, generation: 1 },
  )
  return ledger.write(slots, { seed, from: 5000 })
}

const check = ({ route }: RunningLedger, writes: Write[], since: 'fault' | 'restore'): Promise<IntegrityCheck> =>
  deployedLedger('test').verify(route, { seed, seeded, since, writes: () => Promise.resolve(writes) })

const covers = (finding: Finding, { file, slot }: LedgerChange): boolean => {
  const [, first, last] = /^slots? (\d+)(?:-(\d+))?: /.exec(finding.detail) ?? []
  return finding.file === file && Number(first) <= slot && slot <= Number(last ?? first)
}

/** [kind, records or files, kinds of findings, what they say]. */
const kinds: [string, number, string[], RegExp][] = [
  ['flip', 6, ['flipped'], /byte \d+ is 0x.., was 0x../],
  ['zero', 6, ['torn', 'lost'], /never written or zeroed|is not there/],
  ['truncate', 2, ['truncated'], /the file ends within/],
  ['stale', 4, ['stale'], /holds sequence \d+, though 5\d+ was acknowledged at \d\d:/],
  ['misdirect', 4, ['misdirected'], /holds the record of slot \d+/],
  ['delete', 1, ['lost'], /its file is not there/],
  ['permissions', 2, ['lost'], /cannot be read: permission denied/],
  ['encrypt', 2, ['flipped'], /nothing of it verifies; looks encrypted or overwritten/],
]

for (const [kind, count, names, says] of kinds) {
  test(`corruption of kind ${kind} is found at the place in its evidence, is named, and is not served`, async ({
    ledger,
  }) => {
    const writes = await fill(ledger)
    expect((await check(ledger, writes, 'fault')).findings).toEqual([])
    const options = ['--kind', kind, '--records', String(count), '--seed', '3', '--volume-seed', String(seed)]
    const { lines, log } = await ledger.command('corrupt', ...options)
    expect(parseChanges(log).changes).toHaveLength(count)

    const { findings, error } = await check(ledger, writes, 'fault')
    expect(error).toBeNull()
    for (const line of lines) {
      const [finding] = findings.filter((one) => covers(one, line))
      expect(names, `${kind} at slot ${line.slot}`).toContain(finding?.kind)
      expect(finding?.detail).toMatch(says)
      // An older record cannot be told from the newest by the service alone.
      const { status } = await send(ledger.route, 'GET', `/records/${line.slot}`, 1000)
      expect(status, finding?.detail).toBe(
        kind === 'stale' ? 200 : kind === 'zero' && finding?.kind === 'lost' ? 404 : 500,
      )
    }
    const struck = findings.filter((finding) => finding.kind !== 'phantom')
    expect([...new Set(struck.map(({ file }) => file))].sort()).toEqual(
      [...new Set(lines.map(({ file }) => file))].sort(),
    )
    expect((await send(ledger.route, 'GET', '/readyz', 1000)).status).toBe(200)
  })
}

test('an encrypted volume has one finding for each file, and one for the ransom note', async ({ ledger }) => {
  const writes = await fill(ledger)
  const { lines, summary } = await ledger.command('corrupt', '--kind', 'encrypt', '--all')
  const { findings, objects, slots } = await check(ledger, writes, 'restore')
  expect(lines).toHaveLength(3)
  expect(findings.map(({ kind, file, detail }) => [kind, file, detail.split(':')[0]])).toEqual([
    ['flipped', 'segment-00000', 'slots 0-1023'],
    ['flipped', 'segment-00001', 'slots 1024-2047'],
    ['flipped', 'segment-00002', 'slots 2048-3071'],
    ['phantom', String(summary.note), 'a file that the service did not make'],
  ])
  expect(objects).toBe(3072)
  expect(slots.every(([, sequence]) => sequence === -1)).toBe(true)
})

test('a deleted file that contained only writes is lost after a fault, and no finding after a restore', async ({
  ledger,
}) => {
  const writes = await fill(ledger)
  const far = await ledger.write(
    [3072, 3073, 3075].map((slot) => ({ slot, generation: 1 })),
    { seed, from: 6000 },
  )
  await rm(join(ledger.folder, 'segment-00003'))
  const { findings } = await check(ledger, [...writes, ...far], 'fault')
  expect(findings.map(({ kind, file, detail }) => [kind, file, detail])).toEqual([
    ['lost', 'segment-00003', 'slots 3072-3073: its file is not there'],
    ['lost', 'segment-00003', 'slot 3075: its file is not there'],
  ])
  expect((await check(ledger, [...writes, ...far], 'restore')).findings).toEqual([])
})

test('requests to an unreadable file are refused, and other files are still served', async ({ ledger }) => {
  const writes = await fill(ledger)
  const { lines } = await ledger.command('corrupt', '--kind', 'permissions', '--seed', '1')
  const [{ slot } = { slot: -1 }] = lines
  const [again] = await ledger.write([{ slot, generation: 2 }], { seed, from: 7000 })
  expect(again?.acknowledgedMs).toBeNull()
  const others = [5, 1030, 2060].filter((one) => Math.floor(one / 1024) !== Math.floor(slot / 1024))
  const [served] = await ledger.write([{ slot: others[0] ?? -1, generation: 2 }], { seed, from: 7001 })
  expect(served?.acknowledgedMs).not.toBeNull()
  const { findings } = await check(ledger, [...writes, ...(again ? [again] : []), ...(served ? [served] : [])], 'fault')
  expect(findings).toHaveLength(1)
})

test('the file that fills a volume is a finding until it is removed', async ({ ledger }) => {
  const writes = await fill(ledger)
  const refused = ledger.command('fill', '--leave', '1', '--most', '5000')
  await expect(refused).rejects.toThrow(/is not full after 5000 bytes; the file was removed/)
  expect((await check(ledger, writes, 'fault')).findings).toEqual([])
  // Less than that is free to begin with, so that nothing is written.
  const { summary } = await ledger.command('fill', '--leave', String(2 ** 52))
  expect(summary).toMatchObject({ changed: 1, kind: 'fill' })
  expect((await check(ledger, writes, 'fault')).findings).toMatchObject([{ kind: 'phantom', file: 'ballast' }])
  await ledger.command('fill', '--undo')
  expect((await check(ledger, writes, 'fault')).findings).toEqual([])
})

test('the texts by which a search of the store finds data are on the volume', async ({ ledger: running }) => {
  await fill(running)
  expect(countCanaries(running.folder, ledger, seed)).toBeGreaterThan(3)
})
