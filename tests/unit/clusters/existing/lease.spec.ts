import { expect, test as base } from '@playwright/test'
import { readContext } from '../../../../lib/clusters/existing/access/context.ts'
import { leaseOf, type Holder } from '../../../../lib/clusters/existing/lease/lease.ts'
import { makeWorld, type ExistingWorld } from './world.ts'

const test = base.extend<{ world: ExistingWorld }>({
  world: async ({}, use, testInfo) => {
    const world = await makeWorld(testInfo.outputPath())
    await use(world)
    await world.server.close()
  },
})

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/meshdrill-system/leases/meshdrill'
const configOf = ({ options }: ExistingWorld) => readContext(options.kubeconfigs, 'mine', {}).config

/** A lease of another run with the given age of its last renewal. */
const put = ({ server }: ExistingWorld, agoMs: number) =>
  server.put(LEASE, {
    metadata: { name: 'meshdrill', namespace: 'meshdrill-system' },
    spec: { holderIdentity: 'dead', leaseDurationSeconds: 60, renewTime: new Date(Date.now() - agoMs).toISOString() },
  })

test('the end of a lab waits until the lease of a killed run expires, and logs the time', async ({ world }) => {
  put(world, 59_500)
  const waits: Holder[] = []
  const lease = leaseOf(configOf(world), { owner: 'next', renewMs: 30 })
  await lease.takeWhenFree((holder) => waits.push(holder))
  expect(waits.map(({ owner }) => owner)).toEqual(['dead'])
  expect((await lease.holder())?.owner).toBe('next')
})

test('the end of a lab does not wait for a run that renews its lease, and the error names that run', async ({
  world,
}) => {
  put(world, 5_000)
  const taking = leaseOf(configOf(world), { owner: 'next', renewMs: 30 }).takeWhenFree(() => put(world, 0))
  await expect(taking).rejects.toThrow('in use by dead, until')
})
