import { expect, test } from '@playwright/test'
import type { KubeObject } from '../../../../lib/kube/object.ts'
import { jobName, restoreTask } from '../../../../lib/components/restic/job.ts'
import { resticManual } from '../../../../lib/components/restic/manual.ts'
import { inFolder } from '../../in-folder.ts'
import { drillLab, inDrillLab, isBackup, jobs, podOf, endComplete } from './lab.ts'
import { refused, restored } from './output-lines.ts'
import { deployment, READY_AT, standInRestic, type JobEnding } from '../../stand-ins/backed-up-lab.ts'

test.describe('Jobs of restic', () => {
  test('the name of a restic Job is short, and unique for each claim and operation', () => {
    const long = 'n'.repeat(200)
    const names = [jobName('backup', long, 'a'), jobName('backup', long, 'b'), jobName('backup', `${long}x`, 'a')]
    expect(new Set(names).size).toBe(3)
    for (const name of names) expect(name).toMatch(/^restic-backup-[0-9a-f]{10}$/)
  })

  test('a restic Job reads the claim as root, writes JSON, keeps no cache, and stays outside the mesh', async () => {
    await inDrillLab({ deployments: [] }, async ({ lab, applied }) => {
      await (await resticManual().attach(lab).backup('drill', { name: 'b1' })).waitUntilFinished()
      const { metadata, spec } = podOf(jobs(applied)[0])
      expect(metadata).toMatchObject({ ...lab.mesh.keepsOut })
      expect(metadata).toMatchObject({ labels: resticManual().attach(lab).parts('drill').mover?.labels })
      expect(spec).toMatchObject({ restartPolicy: 'Never', securityContext: { runAsUser: 0 } })
      expect(spec.containers[0]?.args).toEqual([
        'backup',
        '/data',
        '--host=drill',
        '--tag=claim=data',
        '--json',
        '--no-cache',
      ])
      expect(spec.containers[0]).toMatchObject({ volumeMounts: [{ mountPath: '/data', readOnly: true }] })
      const url = 's3:http://store.invalid/none/meshdrill-000000000000/restic/drill/manual/abcdef01'
      expect(spec.containers[0]?.env).toContainEqual({ name: 'RESTIC_REPOSITORY', value: url })
      const text = JSON.stringify(jobs(applied))
      expect(text).toContain('"secretRef":{"name":"restic-store"}')
      expect(text).not.toContain('AWS_SECRET_ACCESS_KEY')
    })
  })

  test('a restic Job restores a volume to the path of its backup', () => {
    expect(restoreTask('data', 'aaaa')).toEqual({
      claim: 'data',
      args: ['restore', 'aaaa', '--target=/'],
      readOnly: false,
    })
  })
})

test.describe('manual backups', () => {
  test('a manual restic backup stops the workload first, and its time is the downtime of the service', async () => {
    const deployments = [deployment('web', 'data'), deployment('other', 'none')]
    await inDrillLab({ deployments }, async ({ lab, steps, startedMs }) => {
      const { result } = await (await resticManual().attach(lab).backup('drill', { name: 'b1' })).waitUntilFinished()
      expect(steps).toEqual(['web to 0', 'Job', 'web to 2'])
      const endedMs = Date.parse(READY_AT)
      expect(result).toMatchObject({ succeeded: true, bytes: 4096, startedMs: startedMs - 5000, endedMs })
      expect(result.details).toMatchObject({ copyMs: 9000, objects: '3, kept outside the cluster, as in Git' })
    })
  })

  test('a failed manual restic backup reports the Job’s reason and starts the workload again', async () => {
    const endJob = (): JobEnding => ({ state: 'Failed', log: refused, exitCode: 12, reason: 'BackoffLimitExceeded' })
    const deployments = [deployment('web', 'data')]
    await inDrillLab({ endJob, deployments }, async ({ lab, applied, deleted, steps }) => {
      const backup = await (await resticManual().attach(lab).backup('drill', { name: 'b1' })).waitUntilFinished()
      expect(backup.result).toMatchObject({
        state: 'Failed',
        succeeded: false,
        bytes: 0,
        details: { volumesFailed: 1, exitCode: 12, reason: 'BackoffLimitExceeded', message: 'Fatal: Access Denied.' },
      })
      expect(steps).toEqual(['web to 0', 'Job', 'web to 2'])
      expect(deleted.map(({ metadata }) => metadata.name)).toEqual(jobs(applied).map(({ metadata }) => metadata.name))
      const before = applied.length
      expect(await backup.restore()).toMatchObject({ state: 'NoSnapshot', succeeded: false })
      expect(applied).toHaveLength(before)
    })
  })

  test('a complete restic Job without a summary has unknown bytes and nothing to restore', async () => {
    await inDrillLab({ endJob: () => ({ state: 'Complete', log: '' }) }, async ({ lab }) => {
      const backup = await (await resticManual().attach(lab).backup('drill', { name: 'b1' })).waitUntilFinished()
      expect(backup.result.bytes).toBeNull()
      expect((await backup.restore()).state).toBe('NoSnapshot')
    })
  })
})

test.describe('restores by restic', () => {
  const backUp = async (lab: Awaited<ReturnType<typeof drillLab>>['lab']) =>
    (await resticManual().attach(lab).backup('drill', { name: 'b1' })).waitUntilFinished()

  test('a restic restore fills new claims from the snapshot before it creates workloads', async () => {
    await inDrillLab({}, async ({ lab, applied }) => {
      const backup = await backUp(lab)
      applied.length = 0
      expect(await backup.restore()).toMatchObject({ state: 'Complete', succeeded: true, bytes: 4096 })
      const kinds = applied.map(({ kind }) => kind)
      expect(kinds).toEqual(['Namespace', 'Secret', 'Secret', 'PersistentVolumeClaim', 'Job', 'Deployment'])
      expect(podOf(jobs(applied)[0]).spec.containers[0]?.args.slice(0, 2)).toEqual(['restore', 'aaaa'])
    })
  })

  test('a restic restore of a copy writes the snapshot of the original into the other namespace', async () => {
    await inDrillLab({}, async ({ lab, applied }) => {
      const backup = await backUp(lab)
      applied.length = 0
      await backup.restore({ into: 'copy' })
      expect(applied.slice(1).map(({ metadata }) => metadata.namespace)).toEqual(Array(5).fill('copy'))
      const env = podOf(jobs(applied)[0]).spec.containers[0]?.env
      expect(JSON.stringify(env)).toContain('restic/drill/manual/')
    })
  })

  test('a restic restore that fails on a damaged index repairs the index and runs again', async () => {
    const index = 'LoadRaw(<index/fbb9c22931>): invalid data returned\n'
    let tries = 0
    const endJob = (job: KubeObject): JobEnding => {
      if (isBackup(job)) return endComplete(job)
      return tries++ === 0 ? { state: 'Failed', log: index } : { state: 'Complete', log: restored }
    }
    await inDrillLab({ endJob }, async ({ lab }, restic) => {
      const result = await (await backUp(lab)).restore()
      expect(result).toMatchObject({ succeeded: true, details: { repaired: 'index' } })
      expect(restic.calls()).toContain('repair index --no-cache')
    })
  })

  test('a restic restore that fails for another reason is not repeated and starts no workload', async () => {
    const endJob = (job: KubeObject): JobEnding =>
      isBackup(job) ? endComplete(job) : { state: 'Failed', log: refused }
    await inDrillLab({ endJob }, async ({ lab, applied }, restic) => {
      const backup = await backUp(lab)
      applied.length = 0
      expect(await backup.restore()).toMatchObject({ state: 'Failed', succeeded: false, bytes: 0 })
      expect(jobs(applied)).toHaveLength(1)
      expect(applied.some(({ kind }) => kind === 'Deployment')).toBe(false)
      expect(restic.calls().join()).not.toContain('repair')
    })
  })
})

test('a restic repository is created only if it does not exist', async () => {
  await inFolder(async (folder) => {
    const restic = standInRestic(folder, 10)
    const { lab } = await drillLab({ endJob: endComplete, restic })
    await (await resticManual().attach(lab).backup('drill', { name: 'b1' })).waitUntilFinished()
    expect(restic.calls()).toEqual(['cat config --no-cache', 'init --no-cache'])
  })
  await inDrillLab({}, async ({ lab }, restic) => {
    await (await resticManual().attach(lab).backup('drill', { name: 'b1' })).waitUntilFinished()
    expect(restic.calls()).toEqual(['cat config --no-cache'])
  })
  await inFolder(async (folder) => {
    const { lab } = await drillLab({ restic: standInRestic(folder, 12) })
    await expect(resticManual().attach(lab).backup('drill', { name: 'b1' })).rejects.toThrow(/failed: exit code 12/)
  })
})
