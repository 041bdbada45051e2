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

/* What the controls do to a cluster, as far as stand-ins of their tools can tell; whether a verdict sees it is tested elsewhere. */

test('a control bears the name of its flaw, and no other tool is taken for one', () => {
  expect(flawOf(controlName('flips-bits'))).toBe(FLAWS['flips-bits'])
  expect(flawOf('control-of-another-version')).toMatchObject({ behaviour: 'of another version' })
  expect([flawOf('velero'), flawOf(null)]).toEqual([null, null])
})

test('a control is caught by a failing answer with a code of its flaw, and by no other failing answer', () => {
  const lost = toPart({ code: 'integrity.lost', reason: '2 findings' })
  const late = toPart({ code: 'rto.over-objective', reason: 'RTO 20s' })
  const whole = toPart({ code: 'integrity.whole', reason: 'all read back' })
  expect(findPartOf(FLAWS['drops-files'], [whole, late, lost])).toBe(lost)
  expect(findPartOf(FLAWS['drops-files'], [whole, late])).toBe(undefined)
  // A flaw of another version: any failure shows it.
  const unknown = { behaviour: 'does something else', because: null }
  expect(findPartOf(unknown, [whole, late])).toBe(late)
  expect(findPartOf(unknown, [whole])).toBe(undefined)
})

test('the wrong volume is that of another namespace, and the right one is brought back without its data', async () => {
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

test('a backup that is said to be done too early is restored as what there was of it by then, and said to be whole', async () => {
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

test('half of the files are put back from the first snapshot, while the service is stopped', async () => {
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
