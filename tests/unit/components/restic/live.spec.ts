import { expect, test } from '@playwright/test'
import type { KubeObject } from '../../../../lib/kube/object.ts'
import { resticAutomated } from '../../../../lib/components/restic/automated.ts'
import { compare, resticIncremental } from '../../../../lib/components/restic/incremental.ts'
import { drillLab, inDrillLab, isBackup, jobs, podOf, type World } from './lab.ts'
import { at, ms, refused, restored, snapshot, summary } from './output-lines.ts'
import { claim, type JobEnding, type ResticStandIn } from '../../stand-ins/backed-up-lab.ts'

test.describe('incremental backups', () => {
  test('an incremental restic backup without an earlier snapshot runs a full backup first', async () => {
    let backups = 0
    const endJob = (job: KubeObject): JobEnding => ({
      state: 'Complete',
      log: isBackup(job) ? summary({ snapshot_id: `s${++backups}`, data_added_packed: 40, data_added: 50 }) : restored,
    })
    await inDrillLab({ endJob }, async ({ lab, applied }) => {
      const backup = await (await resticIncremental().attach(lab).backup('drill', { name: 'b1' })).waitUntilFinished()
      expect(jobs(applied)).toHaveLength(2)
      expect(backup.result).toMatchObject({ bytes: 4096, details: { kind: 'incremental', bytesAdded: 40 } })
      await backup.restore()
      expect(podOf(jobs(applied)[2]).spec.containers[0]?.args[1]).toBe('s2')
    })
  })

  test('an incremental restic backup with an earlier snapshot runs at once, and reports the bytes of both', async () => {
    await inDrillLab({}, async ({ lab, applied }, restic) => {
      restic.answer([snapshot('a', 1)])
      const { result } = await (
        await resticIncremental().attach(lab).backup('drill', { name: 'b1' })
      ).waitUntilFinished()
      expect(jobs(applied)).toHaveLength(1)
      expect(result.details).toMatchObject({
        bytesAdded: 700,
        filesChanged: 3,
        fullBytesAdded: 5,
        fullDurationMs: 1000,
      })
    })
  })

  test('an incremental restic backup does not run after a failed full backup', async () => {
    await inDrillLab({ endJob: () => ({ state: 'Failed', log: refused }) }, async ({ lab, applied }) => {
      const { result } = await (
        await resticIncremental().attach(lab).backup('drill', { name: 'b1' })
      ).waitUntilFinished()
      expect(jobs(applied)).toHaveLength(1)
      expect(result).toMatchObject({ succeeded: false, details: { kind: 'full' } })
    })
  })

  test('an incremental restic backup without summaries reports null for each figure', () => {
    const details = compare([{ claim: 'data', backup: null }], [])
    expect(new Set(Object.values(details))).toEqual(new Set([null]))
  })
})

test.describe('automated backups', () => {
  /** The CronJob creates its Job some time after it was applied, at the next full minute. */
  const cronLab = (use: (world: Awaited<ReturnType<typeof drillLab>>, restic: ResticStandIn) => Promise<void>) => {
    const made: KubeObject[] = []
    const job = (name: string): KubeObject => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace: 'drill' },
    })
    made.push(job('restic-earlier'))
    let asked = 0
    const lists = {
      jobs: () => {
        if (++asked === 3) made.push(job('restic-next'))
        return made
      },
    }
    const onApply: World['onApply'] = async (object, kube) => {
      if (object.kind !== 'CronJob') return
      await kube.apply([
        {
          ...job('restic-next'),
          status: { startTime: at(1), completionTime: at(4), conditions: [{ type: 'Complete', status: 'True' }] },
        },
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: {
            name: 'restic-next-pod',
            namespace: 'drill',
            labels: { 'batch.kubernetes.io/job-name': 'restic-next' },
          },
          spec: { containers: [{ name: 'restic' }] },
        },
      ])
    }
    return inDrillLab({ lists, onApply }, async (world, restic) => {
      world.lab.kube.core.readNamespacedPodLog = () => Promise.resolve(summary())
      await use(world, restic)
    })
  }

  test('an automated restic backup is the first one that the CronJob starts after the request', async () => {
    await cronLab(async ({ lab, applied }) => {
      const tool = resticAutomated().attach(lab)
      const { result, objects } = await (await tool.backup('drill', { name: 'b1' })).waitUntilFinished()
      expect(result).toMatchObject({ succeeded: true, bytes: 4096, startedMs: ms(1), endedMs: ms(4) })
      const cronJob = applied.find(({ kind }) => kind === 'CronJob')
      expect(cronJob?.spec).toMatchObject({
        schedule: expect.stringMatching(/^\* \d+(,\d+)? \d+ \d+ \*$/),
        concurrencyPolicy: 'Forbid',
      })
      expect(objects).toMatchObject([
        { kind: 'CronJob', metadata: { name: cronJob?.metadata.name, namespace: 'drill' } },
      ])
      expect(cronJob?.metadata.name.length).toBeLessThanOrEqual(52)
    })
  })

  test('an automated restic backup returns the newest backup at a time, which may be itself', async () => {
    await cronLab(async ({ lab, applied }, restic) => {
      const backup = await (await resticAutomated().attach(lab).backup('drill', { name: 'b1' })).waitUntilFinished()
      restic.answer([snapshot('aaaa', 1), snapshot('bbbb', 30)])
      expect(await backup.newestAt?.(ms(20))).toBe(backup)
      const newer = await backup.newestAt?.(ms(40))
      expect(newer).toMatchObject({ name: 'drill-bbbb', result: { succeeded: true, bytes: 7, endedMs: ms(31) } })
      applied.length = 0
      await newer?.restore()
      expect(podOf(jobs(applied)[0]).spec.containers[0]?.args[1]).toBe('bbbb')
    })
  })

  test('an automated restic backup stops its schedule before a restore and starts it again after the data is restored', async () => {
    await cronLab(async ({ lab, applied, deleted }) => {
      const backup = await (await resticAutomated().attach(lab).backup('drill', { name: 'b1' })).waitUntilFinished()
      applied.length = 0
      await backup.restore()
      expect(deleted.map(({ kind }) => kind).slice(0, 2)).toEqual(['CronJob', 'Job'])
      expect(applied.at(-1)?.kind).toBe('CronJob')
      applied.length = 0
      await lab.kube.delete(claim('data'))
      await backup.restore({ into: 'copy' })
      expect(applied.some(({ kind }) => kind === 'CronJob')).toBe(false)
    })
  })
})
