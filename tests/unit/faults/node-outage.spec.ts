import { createServer, type Server } from 'node:net'
import { V1NodeList, type CoreV1Api, type V1Node } from '@kubernetes/client-node'
import { expect, test as base } from '@playwright/test'
import type { NodePower, VolumeWipe } from '../../../lib/lab/cluster.ts'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'
import { nodeOutage } from '../../../lib/faults/node-outage.ts'
import type { Lab } from '../../../lib/lab/lab.ts'
import { nodeOf } from '../stand-ins/faults.ts'
import { labWith, only } from '../stand-ins/lab.ts'

// Addresses of this process alone: others may run the same test.
const PLACE = `${(process.pid >> 8) % 256}.${process.pid % 256}`
const KUBELET = { port: 10250, answers: `127.93.${PLACE}`, silent: `127.94.${PLACE}` }

/** On the port of kubelets something answers at one address of this machine's own, and nothing at another. */
const test = base.extend<{ kubelet: Server }>({
  kubelet: [
    async ({}, use) => {
      const server = createServer((socket) => socket.end())
      await new Promise<void>((resolve) => server.listen(KUBELET.port, KUBELET.answers, resolve))
      await use(server)
      await new Promise((resolve) => server.close(resolve))
    },
    { auto: true },
  ],
})

const power: NodePower = { stopNode: () => Promise.resolve(), startNode: () => Promise.resolve() }
const wipe: VolumeWipe = { wipeVolumes: () => Promise.resolve() }
const LAST = [{ key: 'control', effect: 'PreferNoSchedule' }]

/** A lab with nodes by name: `control` holds what the drills stand on, and the kubelet of `silent` does not answer. */
function labOf(names: string[], { can = power, taints = LAST }: { can?: object; taints?: object[] } = {}): Lab {
  const nodeNamed = (name: string): V1Node =>
    nodeOf({
      metadata: { name, labels: name === 'control' ? { control: '' } : {} },
      spec: name === 'control' ? { taints } : {},
      status: { addresses: [{ type: 'InternalIP', address: name === 'silent' ? KUBELET.silent : KUBELET.answers }] },
    })
  const items = names.map(nodeNamed)
  const listNode = () => Promise.resolve(Object.assign(new V1NodeList(), { items }))
  const lab = labWith(() => ({ core: only<CoreV1Api>({ listNode }) }))
  return { ...lab, cluster: { ...lab.cluster, systemNodes: { control: '' }, ...can } }
}

test.describe('an outage of a node is skipped, with the reason,', () => {
  test('a node outage is skipped if no node can be cut off, with the setting that permits it', async () => {
    const lost = nodeOutage({ volume: 'lost' })
    const cannot = 'provider "noop" cannot cut the power of a node'
    expect(await lost.requires(noopLab())).toEqual([cannot])
    const { cluster, ...rest } = noopLab()
    const told = { ...rest, cluster: { ...cluster, withoutNodePower: 'nobody said how' } }
    expect(await lost.requires(told)).toEqual([`${cannot}: nobody said how`])
  })

  test('a node outage is skipped if a lost node would come back with its disks', async () => {
    const lost = nodeOutage({ volume: 'lost' })
    expect(await lost.requires(labOf(['control', 'a', 'b']))).toEqual([
      expect.stringContaining("cannot take a node's disks away"),
    ])
    expect(await lost.requires(labOf(['control', 'a', 'b'], { can: { ...power, ...wipe } }))).toEqual([])
  })

  test('a node outage is skipped if there is no other node', async () => {
    const outage = nodeOutage({ volume: 'kept' })
    expect(await outage.requires(labOf(['control', 'a', 'b']))).toEqual([])
    expect(await outage.requires(labOf(['control', 'a']))).toEqual([
      'the cluster has 1 workers, and at least 2 are needed',
    ])
  })

  test('a node outage is skipped if the service may run on a node with parts of the lab', async () => {
    expect(await nodeOutage({ volume: 'kept' }).requires(labOf(['control', 'a', 'b'], { taints: [] }))).toEqual([
      expect.stringMatching(/keeps the service from node "control".*Next: kubectl taint nodes control/),
    ])
  })

  test('a node outage is skipped if it could not be observed', async () => {
    expect(await nodeOutage({ volume: 'kept' }).requires(labOf(['control', 'a', 'silent']))).toEqual([
      `the kubelet at ${KUBELET.silent}:10250 does not answer this machine, so an outage cannot be observed`,
    ])
  })

  test('the check of a node outage reads only a few nodes of a large cluster', async () => {
    const many = ['control', 'a', 'b', 'c', 'd', 'e', 'silent']
    expect(await nodeOutage({ volume: 'kept' }).requires(labOf(many))).toEqual([])
  })
})
