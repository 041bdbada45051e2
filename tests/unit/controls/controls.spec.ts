import { expect, test } from '@playwright/test'
import { virtualClock } from '../../../lib/simulation/clock.ts'
import { backsUpNothing } from '../../../lib/controls/backs-up-nothing.ts'
import { controlName, findPartOf, flawOf, FLAWS } from '../../../lib/verdict/flaws.ts'
import { toPart } from '../../../lib/verdict/answer.ts'
import { mixesTwoMoments } from '../../../lib/controls/mixes-two-moments.ts'
import { restoresElsewhere, saysDoneTooEarly } from '../../../lib/controls/wrappers.ts'
import { veleroFileSystem } from '../../../lib/components/velero/velero.ts'
import { inDrillLab, jobs, podOf } from '../components/restic/lab.ts'
import { deployment } from '../stand-ins/backed-up-lab.ts'
import { veleroLab } from '../stand-ins/velero.ts'

/* Effects of the controls on a cluster, with stand-ins for their tools. Other specs test that the verdict detects the flaws. */

test('a control has the name of its flaw, and no other tool counts as a control', () => {
  expect(flawOf(controlName('flips-bits'))).toBe(FLAWS['flips-bits'])
  expect(flawOf('control-of-another-version')).toMatchObject({ behaviour: 'of another version' })
  expect([flawOf('velero'), flawOf(null)]).toEqual([null, null])
})

test('a control is detected by a failing answer with a code of its flaw, and by no other failing answer', () => {
  const lost = toPart({ code: 'integrity.lost', reason: '2 findings' })
  const late = toPart({ code: 'rto.over-objective', reason: 'RTO 20s' })
  const whole = toPart({ code: 'integrity.whole', reason: 'all read back' })
  expect(findPartOf(FLAWS['drops-files'], [whole, late, lost])).toBe(lost)
  expect(findPartOf(FLAWS['drops-files'], [whole, late])).toBe(undefined)
  // A flaw of another version of meshdrill: any failing answer detects it.
  const unknown = { behaviour: 'does something else', because: null }
  expect(findPartOf(unknown, [whole, late])).toBe(late)
  expect(findPartOf(unknown, [whole])).toBe(undefined)
})

test('the control that restores elsewhere fills another namespace and restores the service without its data', async () => {
  const { lab, applied, deleted } = veleroLab({})
  const tool = restoresElsewhere(veleroFileSystem(), backsUpNothing()).attach(lab)
  expect(tool.name).toBe('control-restores-elsewhere')
  const backup = await (await tool.backup('drill', { name: 'b1' })).waitUntilFinished()
  expect(backup).toMatchObject({ name: 'b1', result: { succeeded: true } })
  await lab.kube.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill-elsewhere' } }])
  await backup.restore()
  const restores = applied.filter(({ kind }) => kind === 'Restore').map(({ spec }) => spec)
  expect(restores).toMatchObject([
    { backupName: 'b1', namespaceMapping: { drill: 'drill-elsewhere' } },
    { backupName: 'b1-empty' },
  ])
  expect(restores[1]).not.toHaveProperty('namespaceMapping')
  expect(applied).toContainEqual(
    expect.objectContaining({
      metadata: expect.objectContaining({ name: 'b1-empty' }),
      spec: expect.objectContaining({ defaultVolumesToFsBackup: false }),
    }),
  )
  expect(deleted).toContain('Namespace drill-elsewhere')
})

test('the control that says done too early reports success for a failed backup and a failed restore', async () => {
  const failed = { phase: 'Failed' }
  const { lab } = veleroLab({ backup: [failed], restore: [failed] })
  const backup = await (
    await saysDoneTooEarly(veleroFileSystem(), backsUpNothing(), virtualClock(1000))
      .attach(lab)
      .backup('drill', { name: 'b1' })
  ).waitUntilFinished()
  expect(backup.result).toMatchObject({ state: 'Completed', succeeded: true, startedMs: 1000, endedMs: 1000 })
  expect(await backup.restore()).toMatchObject({ state: 'Completed', succeeded: true })
})

test('the control that mixes two moments restores half of the files from the oldest snapshot of a stopped service', async () => {
  await inDrillLab({ deployments: [deployment('web', 'data')] }, async ({ lab, applied, steps }, restic) => {
    restic.answer([
      { id: 'oldest', time: '2026-11-21T01:00:00Z', tags: ['claim=data'] },
      { id: 'newest', time: '2026-11-21T02:00:00Z', tags: ['claim=data'] },
    ])
    const backup = await (await mixesTwoMoments().attach(lab).backup('drill', { name: 'b1' })).waitUntilFinished()
    applied.length = 0
    steps.length = 0
    expect(await backup.restore()).toMatchObject({ state: 'Complete', succeeded: true })
    expect(steps).toEqual(['Job', 'web to 0', 'Job', 'web to 2'])
    expect(podOf(jobs(applied)[1]).spec.containers[0]?.args.slice(0, 4)).toEqual([
      'restore',
      'oldest',
      '--target=/',
      '--include=/data/segment-*[13579]',
    ])
  })
})
