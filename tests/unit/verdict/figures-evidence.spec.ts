import { expect, test } from '@playwright/test'
import { gatherEvidence } from '../../../lib/verdict/evidence.ts'
import { chain, checkingAfterFault, drop, type Edit, expecting, without } from './fact-edits.ts'
import { buildDrill, startMs } from './facts-builder.ts'
import { editing, repeating, strikingTwice } from './parts.ts'

const load = { requests: 1800, failed: 160, durationMs: 30_000, p50Ms: 4, p99Ms: 40, error: null }
const gather = (...edits: Edit[]) => gatherEvidence(chain(...edits)(buildDrill()))

test('missing evidence is null or an empty list', () => {
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

test('if there are several facts of a kind, the evidence holds the relevant one', () => {
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

test('the write log is complete if a load ended and no load failed', () => {
  const failing = editing('load.ended', { load: { ...load, error: 'torn' } })
  const torn = { code: 'load.untrusted', reason: 'the load cannot be trusted: torn' }
  expect([gather().incompleteWriteLog, gather(failing).incompleteWriteLog]).toEqual([null, torn])
  expect(gather(repeating('load.ended', { load: { ...load, error: 'torn' } })).incompleteWriteLog).toEqual(torn)
  expect(gather(failing, repeating('load.ended', { load: { ...load, error: 'late' } })).incompleteWriteLog).toEqual(
    torn,
  )
})

test('the service is read back after its restore, or after the fault if nothing is restored', () => {
  const noRestore = expecting({ restore: false })
  const survived = without('integrity.checked', 'after-restore')
  expect(gather(noRestore, checkingAfterFault({})).readBack?.phase).toBe('after-restore')
  expect(gather(noRestore, checkingAfterFault({}), survived).readBack?.phase).toBe('after-fault')
  expect(gather(checkingAfterFault({}), survived).readBack).toBeNull()
  expect(gather(checkingAfterFault({}), survived, drop('drill.planned')).readBack).toBeNull()
})

test('batches of probes are merged with their longest interval and timeout', () => {
  const { probes, writes, resources } = gather(
    repeating('probes', { intervalMs: 10, timeoutMs: 3000 }),
    repeating('writes', {}),
    repeating('resources', {}),
  )
  expect(probes).toMatchObject({ intervalMs: 50, timeoutMs: 3000, sent: 780 })
  expect([probes?.samples.length, writes.length]).toEqual([1560, 1200])
  expect(resources).toHaveLength(2 * gather().resources.length)
})
