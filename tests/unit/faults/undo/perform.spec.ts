import { expect, test } from '@playwright/test'
import type { CustomObjectsApi, KubernetesObjectApi } from '@kubernetes/client-node'
import { noopLab } from '../../../../lib/simulation/noop-cluster.ts'
import { create, deletionOf, withMark } from '../../../../lib/components/chaos-mesh/chaos-mesh.ts'
import { parseEmptying } from '../../../../lib/faults/full-volume.ts'
import { performUndo } from '../../../../lib/faults/undo/perform.ts'
import { labWith, only } from '../../stand-ins/lab.ts'

const podChaos = (): ReturnType<typeof withMark> =>
  withMark({
    apiVersion: 'chaos-mesh.org/v1alpha1',
    kind: 'PodChaos',
    metadata: { name: 'pod-failure', namespace: 'drill' },
  })

test('an undo can be repeated, and does nothing if its change was never made', async () => {
  const lab = noopLab()
  const fault = podChaos()
  expect(await performUndo(lab, deletionOf(fault))).toBe('PodChaos "pod-failure" is gone')
  await create(lab, fault)
  await performUndo(lab, deletionOf(fault))
  expect(await lab.kube.get(fault)).toBeNull()
  expect(await performUndo(lab, deletionOf(fault))).toBe('PodChaos "pod-failure" is gone')
})

test('an undo keeps an object of others with the same name, and no fault replaces it', async () => {
  const lab = noopLab()
  const [ours, other] = [podChaos(), podChaos()]
  await create(lab, other)
  const before = await lab.kube.get(other)
  expect(before).toMatchObject(other)
  await performUndo(lab, deletionOf(ours))
  expect(await lab.kube.get(other)).toEqual(before)
  await expect(create(lab, ours)).rejects.toThrow(/already exists and does not belong to this drill. Next: kubectl/)
  expect(await lab.kube.get(other)).toEqual(before)
})

test('the change that suspends a schedule keeps its other fields', async () => {
  const patched: unknown[] = []
  const lab = labWith(() => ({
    custom: only<CustomObjectsApi>({
      listNamespacedCustomObject: ({ plural, labelSelector }) => {
        expect([plural, labelSelector]).toEqual(['cronjobs', 'a=b'])
        return Promise.resolve({ items: [{ metadata: { name: 'restic-1' } }] })
      },
    }),
    objects: only<KubernetesObjectApi>({
      patch: (object, ...rest) => {
        patched.push(object, rest.at(-1))
        return Promise.resolve(object)
      },
    }),
  }))
  const schedules = { kind: 'CronJob' as const, namespace: 'drill', labels: { a: 'b' } }
  expect(await performUndo(lab, { kind: 'suspend-schedules', schedules })).toBe('CronJob "restic-1" suspended')
  expect(patched[0]).toMatchObject({ kind: 'CronJob', spec: { suspend: true } })
  expect(patched[1]).toBe('application/merge-patch+json')
})

test('a volume without a filling file needs no undo, and an incomplete log is an error', () => {
  expect(parseEmptying('{"changed":0,"kind":"fill undone"}\n')).toBe('nothing filled the volume')
  const change = '{"file":"ballast","length":8,"before":"8","after":"deleted"}\n'
  expect(parseEmptying(`${change}{"changed":1}\n`)).toBe('ballast of 8 bytes: deleted')
  expect(() => parseEmptying('')).toThrow('is incomplete')
})
