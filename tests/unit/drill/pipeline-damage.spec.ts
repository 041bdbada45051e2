import { expect, test } from '@playwright/test'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'
import type { ProvisionedService } from '../../../lib/drill/service.ts'
import { noopFault } from '../../../lib/simulation/noop-tool.ts'
import type { NoopOperation } from '../../../lib/simulation/noop-tool.ts'
import type { KubeObject } from '../../../lib/kube/object.ts'
import { finding } from '../verdict/fact-edits.ts'
import { expectVerdict, performing, play, verifying, World } from './pipeline-world.ts'

const corruptAndRestore = async (service: ProvisionedService) => {
  const backup = await service.backUp()
  await service.break()
  await service.detect()
  await service.discard()
  await service.restore(backup)
  await service.settle()
}
const disturbAndProve = async (service: ProvisionedService) => {
  const running = await service.startBackup()
  await service.break()
  await service.prove(await running.ended())
  await service.settle()
}

const damageTooLate = async (service: ProvisionedService) => {
  const backup = await service.backUp()
  await service.break()
  await service.prove(backup)
  await service.settle()
}

test.describe('a backup that is disturbed while it runs', () => {
  const expects = { outage: false, restore: false, backupMayFail: true }
  const unnoticed = (world: World) => noopFault(() => [world.nowMs, world.nowMs])

  test('a disturbed backup passes if its copy is complete, and the copy is removed afterwards', async () => {
    const world = new World()
    const lab = noopLab()
    const copy = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill-noop-copy' } }
    await lab.kube.apply([copy])
    const asked: NoopOperation[] = []
    const before: (KubeObject | null)[] = []
    const tool = performing((operation) => {
      asked.push(operation)
      if (operation.into !== null) {
        void lab.kube.get(copy).then((found) => before.push(found))
        void lab.kube.apply([copy])
      }
      return world.operate()
    })
    const { result } = await play(world, disturbAndProve, { lab, tool, expects, fault: unnoticed(world) })
    expect(result.reasons).toEqual([])
    expect(result.verdict).toBe('pass')
    expect(asked).toEqual([
      { kind: 'backup', into: null },
      { kind: 'restore', into: 'drill-noop-copy' },
    ])
    // Neither the copy of an earlier drill nor this one's is in the way.
    expect([...before, await lab.kube.get(copy)]).toEqual([null, null])
  })

  test('a disturbed backup fails if it reports Completed and its copy lacks records', async () => {
    const world = new World()
    const lost = { kind: 'lost' as const, file: 'ledger.dat', offset: 0, detail: 'no record' }
    const workload = verifying((check, url) => (url.includes('-copy') ? { ...check, findings: [lost] } : check))
    const { result } = await play(world, disturbAndProve, { workload, expects, fault: unnoticed(world) })
    expectVerdict(result, 'fail', /reported "Completed", and lost in "ledger.dat" at 0: no record/)
  })

  test('a disturbed backup is inconclusive if only a part of its copy was read', async () => {
    const world = new World()
    const workload = verifying((check, url) => (url.includes('-copy') ? { ...check, objects: 1 } : check))
    const { result } = await play(world, disturbAndProve, { workload, expects, fault: unnoticed(world) })
    expectVerdict(result, 'inconclusive', /only 1 of \d+ records of it were read/)
  })

  test('a disturbed backup is inconclusive if the fault came after its end', async () => {
    const world = new World()
    const { result } = await play(world, damageTooLate, { expects, fault: unnoticed(world) })
    expectVerdict(result, 'inconclusive', /was not disturbed/)
  })

  test('a disturbed backup needs no proof if it reports a failure', async () => {
    const world = new World()
    const asked: NoopOperation[] = []
    const tool = performing((operation) => {
      asked.push(operation)
      return world.operate({ state: 'PartiallyFailed', succeeded: false })
    })
    const { result } = await play(world, disturbAndProve, { tool, expects, fault: unnoticed(world) })
    expect(result.verdict, result.reasons.join('\n')).toBe('pass')
    expect(asked).toHaveLength(1)
    expect(result.evidence.notes).toEqual([
      'the tool reported "PartiallyFailed" for the backup, so its content needs no proof',
    ])
  })
})

test.describe('a volume that is corrupted in place', () => {
  const expects = { outage: false, corruption: true }

  /** What is corrupted stays so until `mend`, and `workload` finds it. */
  const corrupting = (world: World) => {
    let corrupt = false
    const fault = noopFault(() => {
      corrupt = true
      return [world.nowMs, world.nowMs]
    })
    const workload = verifying((check) => (corrupt ? { ...check, findings: [finding] } : check))
    return { fault, workload, mend: () => (corrupt = false) }
  }

  test('a corrupted volume passes if the corruption is found, and is gone after the restore', async () => {
    const world = new World()
    const { fault, workload, mend } = corrupting(world)
    const tool = performing(({ kind }) => {
      if (kind === 'restore') mend()
      return world.operate()
    })
    const { result } = await play(world, corruptAndRestore, { fault, tool, workload, expects })
    expect(result.reasons).toEqual([])
    expect(result.verdict).toBe('pass')
  })

  test('a corrupted volume fails if the corruption is not found', async () => {
    const world = new World()
    const { result } = await play(world, corruptAndRestore, { fault: corrupting(world).fault, expects })
    expectVerdict(result, 'fail', /the corruption was not detected/)
  })

  test('a corrupted volume fails if the corruption remains after the restore', async () => {
    const world = new World()
    const { fault, workload } = corrupting(world)
    const { result } = await play(world, corruptAndRestore, { fault, workload, expects })
    expectVerdict(result, 'fail', /1 findings, first flipped/)
  })
})
