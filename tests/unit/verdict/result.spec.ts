import { expect, test } from '@playwright/test'
import type { DrillFact } from '../../../lib/record/facts.ts'
import { nothingSeen } from '../../../lib/verdict/describe-evidence.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { chain, drop, type Edit, loading, losing, reading } from './fact-edits.ts'
import { buildDrill, buildOperation, faultMs, startMs } from './facts-builder.ts'

const MiB = 2 ** 20
const judge = (...edits: Edit[]) => judgeDrill(chain(...edits)(buildDrill()))

test('the result of a drill holds each figure', () => {
  const { evidence, parts, ...result } = judge()
  const axes = { tool: 'velero', strategy: 'file-copy', mesh: 'istio', fault: 'volume-loss', workload: 'ledger' }
  expect(result).toEqual({
    id: 'd1',
    ...axes,
    moment: 'at-rest',
    repetition: 1,
    objectives: { rtoMs: 10_000, rpoMs: 0 },
    verdict: 'pass',
    reasons: [],
    rtoMs: { low: 7940, high: 8005 },
    rpo: { acknowledged: 441, lost: 0, oldestLostMs: 0 },
    backup: { durationMs: 3000, bytes: 64 * MiB, storedBytes: null },
    restore: { durationMs: 5000 },
    // The pod started with the backup, and used 0.1 s before its first sample.
    resources: {
      backup: { cpuSeconds: 0.35, peakMemoryBytes: 80 * MiB },
      restore: { cpuSeconds: 0.5, peakMemoryBytes: 80 * MiB },
    },
    integrity: { objects: 1000, bytes: 64 * MiB, findings: [] },
    meshState: { equal: true, differences: [], notOffered: [] },
    load: { requests: 1800, failed: 160, p50Ms: 4, p99Ms: 40 },
  })
  expect(new Set(parts.map(({ verdict }) => verdict))).toEqual(new Set(['pass']))
  const operation = buildOperation()
  const outage = { kind: 'outage', fromMs: faultMs + 50, toMs: faultMs + 7950, probes: 159, wrong: 159, spells: 1 }
  const away = { low: 7900, high: 8005 }
  expect(evidence).toMatchObject({
    outcome: 'survives',
    notes: ['made by hand'],
    fault: { name: 'volume-loss', between: [faultMs, faultMs + 10], seen: 'claim is gone' },
    healed: ['nothing was left'],
    probes: { answered: 780, sent: 780, intervalMs: 50 },
    outages: { count: 1, unavailableMs: away, seen: [{ ...outage, durationMs: away }] },
    rtoAtLeastMs: 7940,
    loss: { acknowledged: 441, lost: 0, phantoms: [], unknown: { sent: 159, there: 0 } },
    backup: { name: 'b1', ...operation },
    restore: { name: 'b1', ...operation, startedMs: startMs + 17_000, endedMs: startMs + 22_000 },
    corruption: [],
    findings: 0,
    nodeResources: {
      backup: { cpuSeconds: 1.2, peakMemoryBytes: 980 * MiB },
      restore: { cpuSeconds: 2, peakMemoryBytes: 980 * MiB },
    },
  })
})

test('the facts must be those of one drill', () => {
  expect(() => judgeDrill([])).toThrow('facts of exactly one drill are needed')
  expect(() => judgeDrill([...buildDrill('d1'), ...buildDrill('d2')])).toThrow('facts of exactly one drill are needed')
})

const skipping = (...reasons: string[]): DrillFact[] =>
  reasons.map((reason) => ({ kind: 'drill.skipped', at: startMs, drill: 'd1', reason }))
const beforeStart = buildDrill().filter(({ kind }) => ['drill.planned', 'note', 'drill.ended'].includes(kind))

test('a skipped drill has no figures, even if it recorded notes', () => {
  const result = judgeDrill([...beforeStart, ...skipping('needs Docker', 'needs a licence')])
  expect(result).toMatchObject({ id: 'd1', tool: 'velero', verdict: 'skipped', evidence: { outcome: null } })
  expect(result.reasons).toEqual(['needs Docker', 'needs a licence'])
  const { rtoMs, rpo, backup, restore, integrity, meshState, load, resources, evidence } = result
  expect({ rtoMs, rpo, backup, restore, integrity, meshState, load }).toEqual(
    Object.fromEntries(['rtoMs', 'rpo', 'backup', 'restore', 'integrity', 'meshState', 'load'].map((it) => [it, null])),
  )
  expect(resources).toEqual({ backup: null, restore: null })
  expect(result.parts).toEqual([])
  expect(evidence).toEqual(nothingSeen)
  expect(judgeDrill([...skipping('x'), ...buildDrill().slice(0, 2)]).verdict).toBe('inconclusive')
  // The drill was not recorded as skipped.
  expect(judgeDrill(beforeStart).verdict).toBe('fail')
})

test('unseen figures are null', () => {
  const noAxes = { tool: null, strategy: null, mesh: null, fault: null, moment: null, workload: null, repetition: null }
  expect(judge(drop('drill.planned'))).toMatchObject({ ...noAxes, objectives: null, rtoMs: null })
  const blind = judge(drop('probes'))
  expect(blind).toMatchObject({ rtoMs: null, evidence: { probes: null, outages: null, rtoAtLeastMs: null } })
  expect(judge(drop('fault.observed'))).toMatchObject({ rtoMs: null, rpo: null, evidence: { fault: null, loss: null } })
  expect(judge(drop('writes')).rpo).toBeNull()
  expect(judge(losing(10_001)).rpo).toBeNull()
  const unasked = judge(drop('backup.ended'), drop('restore.ended'))
  expect(unasked).toMatchObject({ backup: null, restore: null, evidence: { backup: null, restore: null } })
  expect(unasked.resources).toEqual({ backup: null, restore: null })
  expect(judge(reading({ error: 'EIO' }))).toMatchObject({ integrity: null, rpo: null, evidence: { loss: null } })
  expect(judge(drop('integrity.checked'))).toMatchObject({ integrity: null, evidence: { findings: null } })
  expect(judge(drop('mesh.state')).meshState).toBeNull()
  expect(judge(loading({ error: 'torn' })).load).toBeNull()
  expect(judge(drop('load.ended')).load).toBeNull()
  expect(judge(drop('backup.requested'), drop('restore.requested')).resources).toEqual({ backup: null, restore: null })
})
