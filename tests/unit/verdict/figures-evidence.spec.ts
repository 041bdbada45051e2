import { expect, test } from '@playwright/test'
import { gatherEvidence } from '../../../lib/verdict/evidence.ts'
import { chain, checkingAfterFault, drop, type Edit, expecting, without } from './fact-edits.ts'
import { buildDrill, startMs } from './facts-builder.ts'
import { editing, repeating, strikingTwice } from './parts.ts'

const load = { requests: 1800, failed: 160, durationMs: 30_000, p50Ms: 4, p99Ms: 40, error: null }
const gather = (...edits: Edit[]) => gatherEvidence(chain(...edits)(buildDrill()))

test('evidence that there is none of is null, or an empty list', () => {
  expect(gatherEvidence([])).toEqual({
    facts: [],
    clock: [],
    planned: null,
    expectations: null,
    objectives: null,
    ended: null,
    fault: null,
    backup: null,
    restore: null,
    readBack: null,
    probes: null,
    writes: [],
    incompleteWriteLog: { code: 'load.no-end', reason: 'the load did not report its end' },
    resources: [],
  })
})

test('of several facts of a kind, the one counts that the verdict is about', () => {
  const [later, other] = [{ at: startMs + 41_000 }, { name: 'b2' }]
  expect(gather(repeating('drill.planned', later)).planned?.at).toBe(startMs)
  expect(gather(repeating('drill.ended', later)).ended?.at).toBe(later.at)
  expect(gather(strikingTwice).fault?.fault).toBe('other')
  expect(gather((facts) => strikingTwice(facts).toReversed()).fault?.fault).toBe('other')
  expect(gather(repeating('restore.ended', other)).restore?.name).toBe('b2')
  expect(gather(repeating('backup.ended', other)).backup?.name).toBe('b1')
  expect(gather(repeating('backup.ended', other), drop('restore.ended')).backup?.name).toBe('b2')
  expect(gather(editing('restore.ended', { name: 'b3' })).backup?.name).toBe('b1')
  expect(gather(repeating('probes.ended', { sent: 3 })).probes?.sent).toBe(3)
  expect(gather(drop('probes.ended')).probes?.sent).toBeNull()
})

test('what was sent is known where a load ended, and none of them failed', () => {
  const failing = editing('load.ended', { load: { ...load, error: 'torn' } })
  const torn = { code: 'load.untrusted', reason: 'the load is not to be trusted: torn' }
  expect([gather().incompleteWriteLog, gather(failing).incompleteWriteLog]).toEqual([null, torn])
  expect(gather(repeating('load.ended', { load: { ...load, error: 'torn' } })).incompleteWriteLog).toEqual(torn)
  expect(gather(failing, repeating('load.ended', { load: { ...load, error: 'late' } })).incompleteWriteLog).toEqual(
    torn,
  )
})

test('what is read back is the service after its restore, or after the fault where none is', () => {
  const noRestore = expecting({ restore: false })
  const survived = without('integrity.checked', 'after-restore')
  expect(gather(noRestore, checkingAfterFault({})).readBack?.phase).toBe('after-restore')
  expect(gather(noRestore, checkingAfterFault({}), survived).readBack?.phase).toBe('after-fault')
  expect(gather(checkingAfterFault({}), survived).readBack).toBeNull()
  expect(gather(checkingAfterFault({}), survived, drop('drill.planned')).readBack).toBeNull()
})

test('batches are one, with the longest interval and timeout of them', () => {
  const { probes, writes, resources } = gather(
    repeating('probes', { intervalMs: 10, timeoutMs: 3000 }),
    repeating('writes', {}),
    repeating('resources', {}),
  )
  expect(probes).toMatchObject({ intervalMs: 50, timeoutMs: 3000, sent: 780 })
  expect([probes?.samples.length, writes.length]).toEqual([1560, 1200])
  expect(resources).toHaveLength(2 * gather().resources.length)
})
