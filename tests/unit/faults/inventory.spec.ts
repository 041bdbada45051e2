import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'
import {
  V1APIResourceList,
  V1NodeList,
  V1PodList,
  type CoreV1Api,
  type CustomObjectsApi,
  type V1Node,
  type V1Pod,
} from '@kubernetes/client-node'
import { takeInventory, describeLeftovers, type Findings, parseTraces } from '../../../lib/faults/support/inventory.ts'
import { isFresh, missingLabels } from '../../../lib/faults/support/node-return.ts'
import { hasLabels } from '../../../lib/kube/placed-pod.ts'
import { nodeOf, podOf } from '../stand-ins/faults.ts'
import { labWith, only } from '../stand-ins/lab.ts'

const ready = (status: string, changes: object = {}): V1Node =>
  nodeOf({
    metadata: { name: 'worker' },
    status: { conditions: [{ type: 'Ready', status, lastHeartbeatTime: new Date(20_000) }] },
    ...changes,
  })
const pod = (changes: object): V1Pod =>
  podOf({ metadata: { name: 'ledger-0', namespace: 'drill', uid: 'u-1' }, ...changes })
const labelled = (labels: Record<string, string>, phase: string) =>
  pod({ metadata: { name: 'task', namespace: 'drill', labels }, status: { phase } })

const clean: Findings = {
  faults: [],
  nodes: [ready('True')],
  expectedNodes: 1,
  pods: [pod({ status: { phase: 'Running' } })],
  lookedAt: ['worker'],
  daemons: [{ namespace: 'chaos-mesh', name: 'chaos-daemon-1', uid: 'd', node: 'worker' }],
  traces: [{ node: 'worker', traces: { rules: [], stressors: [] } }],
  storeAnswers: true,
}

test.describe('an inventory', () => {
  test('an inventory is empty if nothing of a fault remains', () => {
    expect(describeLeftovers(clean)).toEqual([])
    expect(describeLeftovers({ ...clean, expectedNodes: null })).toEqual([])
  })

  const fault = (finalizers?: string[]) => ({
    apiVersion: 'chaos-mesh.org/v1alpha1',
    kind: 'NetworkChaos',
    metadata: { name: 'cut', namespace: 'drill', ...(finalizers && { finalizers }) },
  })
  const stale = pod({
    spec: { containers: [], initContainers: [{ name: 'istio-proxy', image: 'proxyv2:v1' }] },
    status: {
      initContainerStatuses: [
        { name: 'istio-proxy', image: 'pause:1', imageID: '', ready: false, restartCount: 1, state: { running: {} } },
      ],
    },
  })
  const rules = (podUid: string) => [
    { node: 'worker', traces: { rules: [{ podUid, rules: ['chain CHAOS-INPUT'] }], stressors: [] } },
  ]
  const left: [string, Partial<Findings>, string][] = [
    ['an object of Chaos Mesh', { faults: [fault()] }, 'NetworkChaos "cut" of namespace "drill" is still there'],
    [
      'one that a finalizer holds',
      { faults: [fault(['chaos-mesh/records'])] },
      'NetworkChaos "cut" of namespace "drill" is still there, held by the finalizer chaos-mesh/records',
    ],
    ['a node that is not Ready', { nodes: [ready('Unknown')] }, 'node "worker" is not Ready'],
    [
      'a node that is cordoned',
      { nodes: [ready('True', { spec: { unschedulable: true } })] },
      'node "worker" takes no pods: it is cordoned',
    ],
    ['a node that is missing', { expectedNodes: 3 }, '2 of 3 nodes are missing'],
    [
      'a node that was not checked',
      { daemons: [] },
      'node "worker" has no chaos-daemon that is Ready, so it was not checked',
    ],
    [
      'a task that still runs',
      { pods: [labelled({ 'chaos-mesh.org/workflow': 'fill-volume' }, 'Running')] },
      'pod "task" of namespace "drill" still does the task of Workflow "fill-volume"',
    ],
    [
      'a pod of a fault',
      { pods: [labelled({ 'meshdrill/fault': 'cpu-stress' }, 'Running')] },
      'pod "task" of namespace "drill" is still there, of the fault "cpu-stress"',
    ],
    [
      'a container that was not swapped back',
      { pods: [stale] },
      'container "istio-proxy" of pod "drill/ledger-0" still runs pause:1, which is not its own image',
    ],
    [
      'rules in the network of a pod',
      { traces: rules('u-1') },
      'the network of pod "drill/ledger-0" on node "worker" still has chain CHAOS-INPUT',
    ],
    [
      'rules in the network of a pod that the API server does not know',
      { traces: rules('u-2') },
      'the network of pod of UID "u-2" on node "worker" still has chain CHAOS-INPUT',
    ],
    [
      'a stressor',
      { traces: [{ node: 'worker', traces: { rules: [], stressors: ['4711'] } }] },
      'process 4711 of node "worker" is a stressor that still runs',
    ],
    ['a store that is away', { storeAnswers: false }, 'the S3 store does not answer'],
  ]
  for (const [what, changes, sentence] of left) {
    test(`an inventory reports ${what}`, () => {
      expect(describeLeftovers({ ...clean, ...changes })).toEqual([sentence])
    })
  }

  test('an inventory checks the daemon on each node with pods of drills, and on no others', () => {
    const tainted = (effect: string) => ready('True', { spec: { taints: [{ key: 'control-plane', effect }] } })
    const told = (effect: string) => describeLeftovers({ ...clean, nodes: [tainted(effect)], daemons: [] })
    expect(told('PreferNoSchedule')).toEqual([expect.stringContaining('no chaos-daemon')])
    expect(told('NoSchedule')).toEqual([])
  })

  test('an inventory does not check the daemon on nodes without a pod of the drill', () => {
    expect(describeLeftovers({ ...clean, lookedAt: [], daemons: [] })).toEqual([])
  })

  test('an inventory reads only the daemons of the drill’s nodes, and no list that grows with the cluster except the nodes', async () => {
    const asked: object[] = []
    const answer = (pods: V1Pod[]) => Promise.resolve(Object.assign(new V1PodList(), { items: pods }))
    const listPodForAllNamespaces: CoreV1Api['listPodForAllNamespaces'] = (request) => {
      asked.push({ ...request })
      return answer([])
    }
    const listNamespacedPod: CoreV1Api['listNamespacedPod'] = (request) => {
      asked.push({ ...request })
      return answer(request.namespace === 'drill' ? [pod({ spec: { nodeName: 'worker', containers: [] } })] : [])
    }
    const nodes = [ready('True'), ready('True', { metadata: { name: 'far' } })]
    const listNode = () => Promise.resolve(Object.assign(new V1NodeList(), { items: nodes }))
    const getAPIResources = () => Promise.resolve(Object.assign(new V1APIResourceList(), { resources: [] }))
    const lab = labWith(() => ({
      core: only<CoreV1Api>({ listPodForAllNamespaces, listNamespacedPod, listNode }),
      custom: only<CustomObjectsApi>({ getAPIResources }),
    }))
    const left = await takeInventory(lab, { namespaces: ['drill', 'velero'], nodes: ['gone'] }, 0)
    expect(left).toContain('node "worker" has no chaos-daemon that is Ready, so it was not checked')
    expect(left.filter((sentence) => sentence.includes('far'))).toEqual([])
    const daemon = { namespace: 'chaos-mesh', labelSelector: 'app.kubernetes.io/component=chaos-daemon' }
    const here = { labelSelector: '!pod-template-generation' }
    expect(asked).toEqual([
      ...['chaos-mesh.org/workflow', 'meshdrill/fault'].map((labelSelector) => ({ labelSelector })),
      ...['drill', 'velero'].map((namespace) => ({ namespace, ...here })),
      ...['gone', 'worker'].map((node) => ({ ...daemon, fieldSelector: `spec.nodeName=${node}` })),
    ])
  })

  test('an inventory retries a store that refused a connection, and reports one that refuses all', async () => {
    const server = createServer()
    const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const close = () => new Promise((resolve) => server.close(resolve))
    await listen(0)
    const { port } = server.address() as AddressInfo
    await close()
    const answer = () => Promise.resolve(Object.assign(new V1PodList(), { items: [] }))
    const lab = labWith(() => ({
      core: only<CoreV1Api>({
        listPodForAllNamespaces: answer,
        listNamespacedPod: answer,
        listNode: () => Promise.resolve(Object.assign(new V1NodeList(), { items: [] })),
      }),
      custom: only<CustomObjectsApi>({
        getAPIResources: () => Promise.resolve(Object.assign(new V1APIResourceList(), { resources: [] })),
      }),
    }))
    const withStore = { ...lab, store: { ...lab.store, url: `http://127.0.0.1:${port}` } }
    const look = () => takeInventory(withStore, { namespaces: [], nodes: [] }, 0)
    expect(await look()).toEqual(['the S3 store does not answer'])
    const looking = look()
    setTimeout(() => void listen(port), 30)
    expect(await looking).toEqual([])
    await close()
  })

  test('an inventory does not report a finished task', () => {
    const ended = labelled({ 'chaos-mesh.org/workflow': 'fill-volume' }, 'Succeeded')
    expect(describeLeftovers({ ...clean, pods: [ended] })).toEqual([])
  })
})

test('the rules on a node are attributed to the pods in their networks', () => {
  const text = [
    'space ',
    '-P INPUT ACCEPT',
    'space 98efc48b_2f5f_4894_a979_92e5ad0ac099',
    '-N CHAOS-OUTPUT',
    'set s_net_tgt',
    'space 11111111-2f5f-4894-a979-92e5ad0ac099',
    'qdisc noqueue 0: dev lo root refcnt 2',
    'stressor 31797',
    '',
  ].join('\n')
  expect(parseTraces(text)).toEqual({
    rules: [{ podUid: '98efc48b-2f5f-4894-a979-92e5ad0ac099', rules: ['chain CHAOS-OUTPUT', 'set s_net_tgt'] }],
    stressors: ['31797'],
  })
})

test.describe('a node that comes back', () => {
  test('a node that comes back is not Ready by its status from before the outage', () => {
    expect(isFresh(ready('True'), 20_500)).toBe(true)
    expect(isFresh(ready('True'), 22_000)).toBe(false)
    expect(isFresh(ready('False'), 20_500)).toBe(false)
  })

  test('a node that comes back lacks labels that its kubelet does not know', () => {
    const labels = { 'kubernetes.io/hostname': 'worker', zone: 'a' }
    const before = { labels }
    expect(missingLabels(before, nodeOf({ metadata: { labels: { 'kubernetes.io/hostname': 'worker' } } }))).toEqual({
      zone: 'a',
    })
    expect(missingLabels(before, nodeOf({ metadata: { labels } }))).toEqual({})
  })

  test('a node that comes back is not one that runs the parts of the lab', () => {
    const system = { 'node-role.kubernetes.io/control-plane': '' }
    expect(hasLabels(nodeOf({ metadata: { labels: system } }), system)).toBe(true)
    expect(hasLabels(ready('True'), system)).toBe(false)
  })
})
