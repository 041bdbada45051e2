import { expect, test } from '@playwright/test'
import { proxyKill } from '../../../lib/faults/container-kill.ts'
import { meshControlKill } from '../../../lib/faults/pod-kill.ts'
import { controlPlanes } from '../../../lib/faults/support/far-ends.ts'
import { strikeOnce } from '../../../lib/faults/support/strike.ts'
import type { KubeClient } from '../../../lib/kube/client.ts'
import type { KubeObject, ObjectReference } from '../../../lib/kube/object.ts'
import type { Lab } from '../../../lib/lab/lab.ts'
import { noTraits } from '../../../lib/components/none/traits.ts'
import { faultTarget } from '../stand-ins/faults.ts'
import { labWith } from '../stand-ins/lab.ts'
import { annotatedMesh } from '../stand-ins/meshes.ts'

const target = { ...faultTarget(), mesh: annotatedMesh }
const CONTROL = 'annotated-system'
const COMPONENTS = ['destination', 'identity', 'injector']

const controlPod = (component: string, uid: string, podIP: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `${component}-0`, namespace: CONTROL, uid, labels: { component } },
  status: { podIP, conditions: [{ type: 'Ready', status: 'True' }] },
})

const controlService = (name: string, clusterIP: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: CONTROL },
  spec: { clusterIP },
})

/** A lab in which each PodChaos is injected at once, after `effect`. */
function chaosLab(effect: (fault: KubeObject, kube: KubeClient) => Promise<void>) {
  const faults: KubeObject[] = []
  const lab = labWith((memory) => ({
    async apply(objects) {
      await memory.apply(objects)
      for (const object of objects.filter(({ kind }) => kind === 'PodChaos')) {
        faults.push(object)
        await effect(object, memory)
      }
    },
    async get<T extends KubeObject>(reference: ObjectReference) {
      const object = await memory.get<T>(reference)
      if (object?.kind !== 'PodChaos') return object
      const records = [{ id: `${object.metadata.namespace ?? ''}/${object.metadata.name}`, phase: 'Injected' }]
      const conditions = [{ type: 'AllInjected', status: 'True' }]
      return { ...object, status: { conditions, experiment: { containerRecords: records } } }
    },
  }))
  return { lab: { ...lab, mesh: annotatedMesh } satisfies Lab, faults }
}

const labelsOf = ({ spec }: KubeObject) =>
  (spec as { selector: { labelSelectors: Record<string, string> } }).selector.labelSelectors

test('a kill of the control plane of a mesh hits each of its Deployments', async () => {
  const { lab, faults } = chaosLab((fault, kube) =>
    kube.apply([controlPod(labelsOf(fault).component ?? '', 'second', '10.0.0.9')]),
  )
  await lab.kube.apply(COMPONENTS.map((component) => controlPod(component, 'first', '10.0.0.1')))
  const { observed, evidence } = await strikeOnce(lab, meshControlKill(), target)
  expect(faults.map((fault) => [fault.metadata.namespace, fault.metadata.name, labelsOf(fault)])).toEqual(
    COMPONENTS.map((component, index) => [
      CONTROL,
      index === 0 ? 'mesh-control-kill' : `mesh-control-kill-${index}`,
      { component },
    ]),
  )
  expect(observed.between[1]).toBeGreaterThanOrEqual(observed.between[0])
  expect(observed.evidence.match(/is gone from the cluster/g)).toHaveLength(3)
  expect(evidence.filter((text) => text.endsWith('is Ready'))).toHaveLength(3)
})

test('a kill of the control plane of a mesh takes effect when its first pod is gone', async () => {
  const { lab } = chaosLab(async (fault, kube) => {
    const component = labelsOf(fault).component ?? ''
    const replace = () => kube.apply([controlPod(component, 'second', '10.0.0.9')])
    if (component === 'identity') await replace()
    else setTimeout(() => void replace(), 300)
  })
  await lab.kube.apply(COMPONENTS.map((component) => controlPod(component, 'first', '10.0.0.1')))
  const { observed } = await strikeOnce(lab, meshControlKill(), target)
  expect(observed.between[1] - observed.between[0]).toBeLessThan(300)
})

test('the control plane of a mesh is not killed if one of its Deployments has no pod', async () => {
  const { lab, faults } = chaosLab(() => Promise.resolve())
  await lab.kube.apply(['destination', 'identity'].map((component) => controlPod(component, 'first', '10.0.0.1')))
  await expect(strikeOnce(lab, meshControlKill(), target)).rejects.toThrow(/no pod \{"component":"injector"\}/)
  expect(faults).toEqual([])
})

test('a control plane that was in the cluster before the drills is not killed', async () => {
  const { lab } = chaosLab(() => Promise.resolve())
  const withPreinstalled = (preinstalled: string[]) => ({ ...lab, cluster: { ...lab.cluster, preinstalled } })
  expect(await meshControlKill().requires(withPreinstalled(['other']))).toEqual([])
  expect(await meshControlKill().requires(withPreinstalled(['annotated']))).toEqual([
    'the control plane of mesh "annotated" was in the cluster before the drills, and is not touched',
  ])
})

test('a partition from the control planes cuts every Service of the mesh that proxies use, and its pods', async () => {
  const { lab } = chaosLab(() => Promise.resolve())
  await lab.kube.apply([
    controlService('destination', '10.96.0.1'),
    controlService('identity', 'None'),
    controlPod('destination', 'a', '10.0.0.1'),
    controlPod('identity', 'b', '10.0.0.2'),
    controlPod('injector', 'c', '10.0.0.3'),
  ])
  expect((await controlPlanes(lab, target)).map(({ host, port }) => `${host}:${port}`)).toEqual([
    '10.96.0.1:8086',
    '10.96.0.1:8090',
    '10.0.0.1:8086',
    '10.0.0.1:8090',
    '10.0.0.2:8080',
  ])
})

test('there is no partition from the control planes if that of the mesh is not found', async () => {
  const { lab } = chaosLab(() => Promise.resolve())
  await expect(controlPlanes(lab, target)).rejects.toThrow(
    'the control plane of mesh "annotated" has no address in namespace "annotated-system"',
  )
})

test('without a mesh, a partition from the control planes cuts only that of Kubernetes', async () => {
  const { lab } = chaosLab(() => Promise.resolve())
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'kubernetes', namespace: 'default' } }
  await lab.kube.apply([{ ...service, spec: { clusterIP: '10.96.0.1' } }])
  expect(await controlPlanes(lab, { mesh: noTraits })).toEqual([{ host: '10.96.0.1', port: 443 }])
})

test('a kill of the proxy strikes the container that the mesh names', async () => {
  const status = (restartCount: number) => ({
    containerStatuses: [
      { name: 'ledger' },
      {
        name: 'annotated-proxy',
        restartCount,
        state: { running: {} },
        lastState: { terminated: { exitCode: 137, reason: 'Error', finishedAt: new Date() } },
      },
    ],
    phase: 'Running',
  })
  const pod = (restartCount: number): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'ledger-0', namespace: 'drill', uid: 'u', labels: { app: 'ledger' } },
    spec: { nodeName: 'worker' },
    status: status(restartCount),
  })
  const { lab, faults } = chaosLab((_fault, kube) => kube.apply([pod(1)]))
  await lab.kube.apply([pod(0)])
  const { observed } = await strikeOnce(lab, proxyKill(), target)
  expect(observed.evidence).toContain('ended with exit code 137')
  expect(faults[0]?.spec).toMatchObject({ containerNames: ['annotated-proxy'] })
})

test('faults on a proxy and on a control plane are skipped without a mesh, with that reason', async () => {
  const { lab } = chaosLab(() => Promise.resolve())
  const without = { ...lab, mesh: noTraits }
  expect(await proxyKill().requires(without)).toEqual(['mesh "none" has no proxies'])
  expect(await meshControlKill().requires(without)).toEqual(['mesh "none" has no control plane'])
  await expect(proxyKill().plan(without, faultTarget())).rejects.toThrow('mesh "none" has no proxy to kill')
})
