import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from '@playwright/test'
import type { FindingKind, Write } from '../../../../lib/record/facts.ts'
import { checkFiles } from '../../../../lib/workloads/files/check.ts'
import { pathOf, writtenContent } from '../../../../lib/workloads/files/content.ts'
import { findRefusal } from '../../../../lib/workloads/files/damage.ts'
import { files } from '../../../../lib/workloads/files/files.ts'
import { filesProbes } from '../../../../lib/workloads/files/probe.ts'
import { seededContent } from '../../../../lib/workloads/files/content.ts'
import { countCanaries } from '../canaries.ts'
import { listTree, runVolume, test } from './program.ts'

const seed = 7

/** A seeded tree. The load then wrote over files 3, 5 and 8, and added the first file behind the seeded ones. */
async function writtenTree(binary: string): Promise<{ folder: string; seeded: number; writes: Write[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'meshdrill-files-'))
  const output = await runVolume(binary, 'seed', folder, '--seed', String(seed), '--bytes', String(2 ** 20))
  const seeded = (JSON.parse(output) as { files: number }).files
  const writes = [3, 5, 8, seeded].map((slot, index): Write => {
    const sequence = seeded + index
    return { sequence, slot, generation: 2, sentMs: 1000 + index, acknowledgedMs: 2000 + index }
  })
  for (const write of writes) await put(folder, write)
  return { folder, seeded, writes }
}

async function put(folder: string, { slot, sequence }: Pick<Write, 'slot' | 'sequence'>): Promise<void> {
  const path = join(folder, pathOf(slot))
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, writtenContent(seed, sequence))
  await chmod(path, 0o664)
}

test('unchanged files have no finding, and show which writes they hold', async ({ binary }) => {
  const { folder, seeded, writes } = await writtenTree(binary)
  const check = checkFiles(await listTree(binary, folder), { seed, seeded, writes, heldBeforeMs: 5000 })
  expect(check).toMatchObject({ findings: [], error: null, objects: seeded + 1 })
  expect(check.slots).toEqual(writes.map(({ slot, sequence }) => [slot, sequence]))
  await rm(folder, { recursive: true })
})

const kinds: [kind: string, found: FindingKind[]][] = [
  ['flip', ['flipped']],
  ['zero', ['torn']],
  ['truncate', ['truncated']],
  ['stale', ['stale']],
  ['misdirect', ['flipped', 'truncated', 'phantom', 'stale']],
  ['delete', ['lost']],
  ['permissions', ['changed attribute', 'lost']],
  ['encrypt', ['flipped', 'phantom']],
]
for (const [kind, found] of kinds)
  test(`a file that is damaged by "${kind}" is detected and named`, async ({ binary }) => {
    const { folder, seeded, writes } = await writtenTree(binary)
    const log = await runVolume(binary, 'corrupt', folder, '--seed', String(seed), '--files', '2', '--kind', kind)
    const struck = log
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { file?: string }).file)
      .filter((file) => file !== undefined)
    const check = checkFiles(await listTree(binary, folder), { seed, seeded, writes, heldBeforeMs: 5000 })
    expect(struck.length).toBe(kind === 'encrypt' ? seeded + 1 : 2)
    const named = new Set(check.findings.map(({ file }) => file))
    for (const file of struck) expect([...named]).toContain(file)
    for (const finding of check.findings) expect(found).toContain(finding.kind)
    await rm(folder, { recursive: true })
  })

test('after a restore, an older file and a missing new one are loss and no finding', async ({ binary }) => {
  const { folder, seeded, writes } = await writtenTree(binary)
  await writeFile(join(folder, pathOf(3)), seededContent(seed, 3))
  await rm(join(folder, pathOf(seeded)))
  const tree = await listTree(binary, folder)
  const restored = checkFiles(tree, { seed, seeded, writes })
  expect(restored.findings).toEqual([])
  expect(restored.slots).toEqual([
    [3, 3],
    [5, seeded + 1],
    [8, seeded + 2],
    [seeded, -1],
  ])
  const faulted = checkFiles(tree, { seed, seeded, writes, heldBeforeMs: 5000 })
  expect(faulted.findings.map(({ kind, file }) => [kind, file])).toEqual([
    ['stale', pathOf(3)],
    ['lost', pathOf(seeded)],
  ])
  await rm(folder, { recursive: true })
})

test('a probe of the files accepts only a content that was sent to its file', () => {
  const volume = { seed, seeded: 100 }
  const { path, isRight } = filesProbes(volume)(0)
  const answer = (content: Uint8Array, status = 200) => ({ status, headers: new Map(), body: Buffer.from(content) })
  expect(path).toBe('/0000/000000')
  expect(isRight(answer(seededContent(seed, 0)))).toBe(true)
  // The first write of the plan is to file 0, and the second to another one.
  expect(isRight(answer(writtenContent(seed, 100)))).toBe(true)
  expect(isRight(answer(writtenContent(seed, 101)))).toBe(false)
  expect(isRight(answer(seededContent(seed, 1)))).toBe(false)
  expect(isRight(answer(seededContent(seed, 0).subarray(1)))).toBe(false)
  expect(isRight(answer(seededContent(seed, 0), 206))).toBe(false)
})

test('a write that was refused by a full volume is found in the log of the server', () => {
  const full = '2026/11/29 09:00:01 [crit] 7#7: *1 pwrite() "/data/uploads/1" failed (28: No space left on device)\n'
  const refused = 'refused 1795943001.250 500 PUT /0000/000003 HTTP/1.1\n'
  const atMs = 1_795_943_001_250
  expect(findRefusal(full + refused, atMs)).toEqual({ atMs, words: 'PUT /0000/000003: 500, no space left on device' })
  expect(findRefusal(full + refused, atMs + 1)).toBeNull()
  expect(findRefusal(refused, atMs)).toBeNull()
  expect(findRefusal(full + refused.replace('PUT', 'GET'), atMs)).toBeNull()
})

test('texts by which a search of the store finds data are on the volume', async ({ binary }) => {
  const folder = await mkdtemp(join(tmpdir(), 'meshdrill-files-'))
  await runVolume(binary, 'seed', folder, '--seed', String(seed), '--bytes', String(2 ** 24))
  expect(countCanaries(folder, files, seed)).toBeGreaterThan(3)
  await rm(folder, { recursive: true })
})
