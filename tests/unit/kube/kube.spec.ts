import { expect, test } from '@playwright/test'
import { mergeValues } from '../../../lib/lab/artifacts.ts'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'
import { parseManifest, podsReady } from '../../../lib/kube/client.ts'
import type { KubeObject } from '../../../lib/kube/object.ts'
import { pending, waitFor } from '../../../lib/system/wait.ts'

test.describe('waiting', () => {
  test('a wait ends with the first answer that is not pending, even if it is false', async () => {
    const answers = [pending('first'), pending('second'), false, true]
    const answer = await waitFor('an answer', () => Promise.resolve(answers.shift() ?? null), {
      timeout: '5s',
      every: '1ms',
    })
    expect(answer).toBe(false)
    expect(answers).toEqual([true])
  })

  test('a wait that takes too long is an error with the last state and the next command', async () => {
    let probes = 0
    const waiting = waitFor('pod "a" Ready', () => Promise.resolve(pending(`probe ${++probes}`)), {
      timeout: '30ms',
      every: '5ms',
      hint: 'kubectl describe pod a',
    })
    const error = await waiting.catch((caught: unknown) => String(caught))
    expect(error).toMatch(/^Error: pod "a" Ready: not after \d+ ms\. /)
    expect(error).toContain(`Last state: probe ${probes}\nNext: kubectl describe pod a`)
    expect(probes).toBeGreaterThan(1)
  })

  test('a wait probes once even with a timeout of zero', async () => {
    const options = { timeout: '0ms' }
    expect(await waitFor('it', () => Promise.resolve('there'), options)).toBe('there')
    await expect(waitFor('it', () => Promise.resolve(pending('not there')), options)).rejects.toThrow(/not there/)
  })

  test('a wait ends at once if its probe fails', async () => {
    let probes = 0
    const waiting = waitFor('it', () => Promise.reject(new Error(`refused ${++probes}`)), { timeout: '5s' })
    await expect(waiting).rejects.toThrow('refused 1')
    expect(probes).toBe(1)
  })

  test('a wait needs a timeout with a unit', async () => {
    await expect(waitFor('it', () => Promise.resolve(true), { timeout: '30' })).rejects.toThrow(
      '"30" is not a duration',
    )
  })
})

test.describe('manifests', () => {
  const parse = (text: string) => parseManifest(text, 'a.yaml').map((object) => object.metadata.name)
  const map = (name: string) => `{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${name} } }`

  test('a manifest has the objects of all its documents and Lists, in order', () => {
    const list = `{ apiVersion: v1, kind: List, items: [${map('b')}, ${map('c')}] }`
    expect(parse([map('a'), list, '# nothing', map('d')].join('\n---\n'))).toEqual(['a', 'b', 'c', 'd'])
    expect(parse('')).toEqual([])
  })

  test('a manifest that is not YAML is an error with its name', () => {
    expect(() => parse('metadata: { name: a')).toThrow(/^"a\.yaml" is not valid YAML: /)
    expect(() => parse(`${map('a')}\n---\nb: [`)).toThrow(/^"a\.yaml" is not valid YAML: /)
  })

  test('a manifest with an object without kind, version or name is an error, also in a List', () => {
    const incomplete = [
      '{ kind: ConfigMap, metadata: { name: a } }',
      '{ apiVersion: v1, metadata: { name: a } }',
      '{ apiVersion: v1, kind: ConfigMap, metadata: { namespace: a } }',
      '{ apiVersion: v1, kind: ConfigMap }',
      'only words',
      '{ kind: List, items: [{ kind: ConfigMap }] }',
    ]
    for (const text of incomplete) {
      expect(() => parse(text), text).toThrow('"a.yaml" has an object without apiVersion, kind or metadata.name')
    }
  })
})

test('chart values of a driver override those of the provider key by key, and neither input changes', () => {
  const base = { global: { hub: 'localhost', tag: 'v1' }, env: { A: '1' }, list: ['a', 'b'], off: { x: 1 } }
  const over = { global: { tag: 'v2' }, list: ['c'], off: false, added: { y: 2 } }
  const [baseBefore, overBefore] = structuredClone([base, over])
  expect(mergeValues(base, over)).toEqual({
    global: { hub: 'localhost', tag: 'v2' },
    env: { A: '1' },
    list: ['c'],
    off: false,
    added: { y: 2 },
  })
  expect(mergeValues({ a: 'text' }, { a: { b: 1 } })).toEqual({ a: { b: 1 } })
  expect([base, over]).toEqual([baseBefore, overBefore])
})

test.describe('pods', () => {
  const pod = (name: string, ready: boolean, more: Partial<KubeObject> = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'drill', labels: { app: 'ledger' } },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ name: 'ledger', ready, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
    },
    ...more,
  })
  const ready = async (objects: KubeObject[], count?: number) => {
    const lab = noopLab()
    await lab.kube.apply(objects)
    const options = { timeout: '1ms', ...(count === undefined ? {} : { count }) }
    const pods = await podsReady(lab.kube, 'drill', { app: 'ledger' }, options)
    return pods.map(({ metadata }) => metadata?.name)
  }

  test('pods are ready when all pods of the selection are ready and there are enough', async () => {
    const elsewhere = pod('c', false, { metadata: { name: 'c', namespace: 'other', labels: { app: 'ledger' } } })
    const unlabelled = pod('d', false, { metadata: { name: 'd', namespace: 'drill' } })
    const finished = pod('e', false, { status: { phase: 'Succeeded' } })
    expect(await ready([pod('a', true), pod('b', true), elsewhere, unlabelled, finished])).toEqual(['a', 'b'])
    await expect(ready([pod('a', true)], 2)).rejects.toThrow(/app=ledger in namespace "drill" Ready: not after/)
  })

  test('pods that are not ready are listed with their reason', async () => {
    await expect(ready([])).rejects.toThrow('Last state: no pods')
    const waiting = 'Last state: a Running; b Running ledger CrashLoopBackOff'
    await expect(ready([pod('a', true), pod('b', false)])).rejects.toThrow(waiting)
  })

  test('pods that are being deleted are not ready', async () => {
    const metadata = { name: 'a', namespace: 'drill', labels: { app: 'ledger' } }
    const going = pod('a', true, { metadata: { ...metadata, deletionTimestamp: '2026-11-21T02:00:00Z' } })
    await expect(ready([going])).rejects.toThrow(/Ready: not after/)
  })
})

test.describe('noop cluster', () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill' } }
  const map = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
  const reference = (name: string) => ({ ...map(name), metadata: { name, namespace: 'drill' } })

  test('the noop cluster keeps applied objects, and deletes a namespace with its objects', async () => {
    const { kube } = noopLab()
    await kube.apply([namespace, map('a')], { namespace: 'drill' })
    await kube.apply([namespace, { ...map('b'), metadata: { name: 'b', namespace: 'other' } }])
    expect(await kube.get(reference('a'))).toMatchObject({ metadata: { name: 'a', namespace: 'drill' } })
    expect(await kube.get(reference('b'))).toBeNull()
    await kube.delete(namespace)
    await kube.delete(namespace)
    expect(await kube.get(reference('a'))).toBeNull()
    expect(await kube.get({ ...map('b'), metadata: { name: 'b', namespace: 'other' } })).not.toBeNull()
  })

  test('an operation that the noop cluster lacks is an error with its name', async () => {
    const lab = noopLab()
    expect(() => lab.kube.core.listNode()).toThrow('"kube.core.listNode" was used')
    await expect(lab.artifacts.binary('k6')).rejects.toThrow('the noop cluster has no program "k6"')
  })
})
