import { expect, test } from '@playwright/test'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'
import type { ProvisionedService } from '../../../lib/drill/service.ts'
import type { StartMeasuring, Measurements } from '../../../lib/drill/context.ts'
import type { Fault } from '../../../lib/faults/fault.ts'
import type { Whereabouts } from '../../../lib/faults/support/inventory.ts'
import { noopFault, noopWorkload } from '../../../lib/simulation/noop-tool.ts'
import type { Lab } from '../../../lib/lab/lab.ts'
import { expectVerdict, performing, play, verifying, World } from './pipeline-world.ts'

const loseAndRestore = async (service: ProvisionedService) => {
  const backup = await service.backUp()
  await service.break()
  await service.restore(backup)
  await service.settle()
}

test('a lost service that comes back with all writes passes, with measured figures', async () => {
  const world = new World()
  const { result } = await play(world, loseAndRestore)
  expect(result.reasons).toEqual([])
  expect(result).toMatchObject({
    verdict: 'pass',
    rpo: { lost: 0 },
    backup: { durationMs: 3000 },
    restore: { durationMs: 3000 },
    integrity: { findings: [] },
  })
  // Away for 3.1 s, seen by probes 50 ms apart.
  expect(result.rtoMs?.low).toBeGreaterThan(3000)
  expect(result.rtoMs?.high).toBeLessThan(3200)
  expect(result.rpo?.acknowledged).toBeGreaterThan(200)
  expect(world.measuring).toBe('stopped')
})

test('facts are recorded in the order of the events, and the load ends before the records are read back', async () => {
  const { facts } = await play(new World(), loseAndRestore)
  const kinds = facts.map((fact) => (fact.kind === 'step.ended' ? `${fact.step} ended` : fact.kind))
  expect(kinds.filter((kind) => !['step.started', 'probes', 'resources'].includes(kind))).toEqual([
    'drill.planned',
    ...['integrity.checked', 'mesh.state', 'provision ended'],
    ...['backup.requested', 'backup.ended', 'back up ended'],
    ...['fault.requested', 'fault.observed', 'fault.healed', 'break ended'],
    ...['restore.requested', 'restore.ended', 'restore ended'],
    ...['writes', 'load.ended', 'integrity.checked', 'mesh.state', 'probes.ended', 'inventory.checked'],
    'assert ended',
    'drill.ended',
  ])
})

test('if an outage is expected, a drill waits for its start before it waits for its end', async () => {
  for (const outage of [true, false]) {
    const world = new World()
    const asked: number[] = []
    const measure: StartMeasuring = async (...args) => {
      const measurements = await world.measure(...args)
      const outageSeen: Measurements['outageSeen'] = (sinceMs, timeout) => {
        asked.push(sinceMs)
        return measurements.outageSeen(sinceMs, timeout)
      }
      return { ...measurements, outageSeen }
    }
    const { facts } = await play(world, loseAndRestore, { measure, expects: { outage } })
    const faults = facts.flatMap((fact) => (fact.kind === 'fault.observed' ? [fact.between[0]] : []))
    expect(asked).toEqual(outage ? faults : [])
  }
})

test('a drill records the growth of the store', async () => {
  const sizes = [1000, 1500]
  const { result } = await play(new World(), loseAndRestore, { stored: () => Promise.resolve(sizes.shift() ?? null) })
  expect(result).toMatchObject({ verdict: 'pass', backup: { storedBytes: 500 } })
})

test('a store that does not report its size stops no drill', async () => {
  const { result } = await play(new World(), loseAndRestore, { stored: () => Promise.reject(new Error('refused')) })
  expect(result).toMatchObject({ verdict: 'pass', backup: { storedBytes: null } })
  expect(result.evidence.notes).toContain('the size of the store is not known: Error: refused')
})

test('a workload that forgets acknowledged writes fails', async () => {
  const workload = noopWorkload((write) => write.sequence % 10 === 0)
  const { result } = await play(new World(), loseAndRestore, { workload })
  expectVerdict(result, 'fail', /^\d+ of \d+ acknowledged writes lost, the oldest .* before the fault/)
  expect(result.rpo?.lost).toBeGreaterThan(0)
})

test('a tool that moves nothing is inconclusive if the restore brings all data back', async () => {
  const world = new World()
  const tool = performing(({ kind }) => world.operate({ bytes: 0 }, kind === 'restore'))
  const { result } = await play(world, loseAndRestore, { tool })
  expectVerdict(result, 'inconclusive', /reported "Completed", but it moved zero bytes/)
})

test('a tool that moves nothing fails if writes are lost', async () => {
  const world = new World()
  const tool = performing(({ kind }) => world.operate({ bytes: 0 }, kind === 'restore'))
  const { result } = await play(world, loseAndRestore, { tool, workload: noopWorkload(() => true) })
  expectVerdict(result, 'fail', /moved zero bytes, and data is lost/)
})

test('the noop tool never passes, even if nothing was lost', async () => {
  const world = new World()
  const fault = noopFault(() => [world.nowMs, world.nowMs])
  const { result } = await play(world, loseAndRestore, { fault, tool: performing(), expects: { outage: false } })
  expectVerdict(result, 'inconclusive', /moved zero bytes/)
})

test('leftovers are searched on the nodes of the drill and of its fault, and an unknown leftover is no pass', async () => {
  const world = new World()
  const asked: Whereabouts[] = []
  const inventory = (_lab: Lab, where: Whereabouts) => {
    asked.push(where)
    return Promise.resolve([])
  }
  const plain = noopFault(world.strike)
  const fault: Fault<string> = {
    ...plain,
    async plan(...on) {
      const change = await plain.plan(...on)
      return { ...change, see: async (sinceMs) => ({ ...(await change.see(sinceMs)), nodes: ['far', 'one'] }) }
    },
  }
  expect((await play(world, loseAndRestore, { inventory, fault })).result.verdict).toBe('pass')
  expect(asked).toEqual([{ namespaces: ['drill-noop', 'chaos-mesh', 'noop-tool'], nodes: ['one', 'far'] }])
  const blind = new World()
  const measure: StartMeasuring = async (...args) => {
    const nodes = () => {
      throw new Error('the pods of namespace "drill" are not seen')
    }
    return { ...(await blind.measure(...args)), nodes }
  }
  const { result } = await play(blind, loseAndRestore, { inventory, measure })
  expectVerdict(result, 'inconclusive', /the pods of namespace "drill" are not seen/)
})

test('if a fault cannot be injected, the drill is inconclusive and measuring stops', async () => {
  const world = new World()
  const fault = noopFault(() => {
    throw new Error('no target was reached')
  })
  const { result, facts } = await play(world, loseAndRestore, { fault })
  expectVerdict(result, 'inconclusive', /an error stopped the drill: no target was reached/)
  expect(result.reasons.join('\n')).toMatch(/no fault was seen to take effect/)
  expect(world.measuring).toBe('stopped')
  expect(facts).toContainEqual(
    expect.objectContaining({ kind: 'step.ended', step: 'break', error: 'no target was reached' }),
  )
})

test('a fault that should cause an outage and does not proves nothing', async () => {
  const world = new World()
  const fault = noopFault(() => [world.nowMs, world.nowMs])
  const { result } = await play(world, loseAndRestore, { fault })
  expectVerdict(result, 'inconclusive', /the fault did not interrupt the service/)
})

for (const kind of ['backup', 'restore'] as const) {
  test(`a ${kind} that ends as Failed fails the drill`, async () => {
    const world = new World()
    const failed = { state: 'Failed', succeeded: false }
    const tool = performing((operation) =>
      world.operate(operation.kind === kind ? failed : {}, operation.kind === 'restore'),
    )
    const { result } = await play(world, loseAndRestore, { tool })
    expectVerdict(result, 'fail', new RegExp(`${kind} .*ended as "Failed"`))
  })
}

test('a restore that never ends does not pass', async () => {
  const world = new World()
  const tool = performing(({ kind }) => {
    if (kind === 'restore') throw new Error('not after 8 min. Last state: InProgress')
    return world.operate()
  })
  const { result } = await play(world, loseAndRestore, { tool })
  expectVerdict(result, 'inconclusive', /Last state: InProgress/)
  expect(world.measuring).toBe('stopped')
})

test('a service that never comes back fails by its RTO, and the drill still ends', async () => {
  const world = new World()
  const tool = performing(() => world.operate())
  const { result, facts } = await play(world, loseAndRestore, { tool })
  expectVerdict(result, 'fail', /RTO is at least .* over the objective of 10 s/)
  expect(result.rtoMs).toBeNull()
  expect(result.evidence.notes).toEqual(['the service was not well for 5 s within 20s'])
  expect(facts.at(-1)).toMatchObject({ kind: 'drill.ended', error: null })
})

test.describe('provisioning', () => {
  test('a leftover namespace of an earlier drill is replaced with all its objects', async () => {
    const lab = noopLab()
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill-noop' } }
    const left = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'left', namespace: 'drill-noop' } }
    await lab.kube.apply([namespace, left])
    await play(new World(), loseAndRestore, { lab })
    expect(await lab.kube.get(left)).toBeNull()
    const made = await lab.kube.get(namespace)
    expect(made?.metadata.annotations).toEqual({ 'chaos-mesh.org/inject': 'enabled' })
  })

  test('a service that never becomes ready is not drilled, and measuring stops', async () => {
    const world = new World()
    world.away = true
    const { result } = await play(world, loseAndRestore)
    expectVerdict(result, 'inconclusive', /the service was never well for 4 s/)
    expect(world.measuring).toBe('stopped')
  })

  test('a seeded volume that cannot be read back stops the drill and measuring', async () => {
    const world = new World()
    const workload = verifying((check) => ({ ...check, error: 'EIO' }))
    const { result } = await play(world, loseAndRestore, { workload })
    expectVerdict(result, 'inconclusive', /the seeded volume could not be read back: EIO/)
    expect(world.measuring).toBe('stopped')
  })
})
