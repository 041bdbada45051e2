import { V1DeleteOptions } from '@kubernetes/client-node'
import { expect, test } from '@playwright/test'
import { connect } from '../../../lib/kube/client.ts'
import { writeKubeconfig } from '../clusters/existing/world.ts'
import { hasToken, serveClusters, standInCluster, startApiServer } from './api-server.ts'

/** What other tests take for granted of the stand-in for an API server. */

const configMap = (name: string, labels: Record<string, string> = {}) => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap' },
  metadata: { name, namespace: 'default', labels },
})
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }

test('the stand-in API server deletes only an object that has the UID of the precondition', async ({}, testInfo) => {
  const server = await startApiServer({ token: 't' })
  const kube = connect(writeKubeconfig(testInfo.outputPath(), server.url, 't', 'mine'))
  await kube.apply([NAMESPACE, configMap('one')])
  const uid = (await kube.get(configMap('one')))?.metadata.uid ?? ''
  const remove = (expected: string) =>
    kube.core.deleteNamespacedConfigMap({
      ...{ name: 'one', namespace: 'default' },
      body: Object.assign(new V1DeleteOptions(), { preconditions: { uid: expected } }),
    })
  await expect(remove('another')).rejects.toMatchObject({ code: 409 })
  await remove(uid)
  expect(await kube.get(configMap('one'))).toBeNull()
  await server.close()
})

test('the stand-in API server selects by labels, and refuses objects of a missing namespace', async ({}, testInfo) => {
  const server = await startApiServer({ token: 't' })
  const kube = connect(writeKubeconfig(testInfo.outputPath(), server.url, 't', 'mine'))
  await expect(kube.apply([configMap('one')])).rejects.toThrow('NotFound')
  await kube.apply([NAMESPACE, configMap('one', { of: 'me' }), configMap('two', { of: 'you' })])
  const names = async (labelSelector: string) =>
    (await kube.core.listConfigMapForAllNamespaces({ labelSelector })).items.map(({ metadata }) => metadata?.name)
  expect(await names('of=me')).toEqual(['one'])
  expect(await names('of!=me')).toEqual(['two'])
  expect(await names('of in (me, you)')).toEqual(['one', 'two'])
  expect(await names('!of')).toEqual([])
  await server.close()
})

test('several stand-in clusters behind one port are distinguished by token, and each records its own requests', async ({}, testInfo) => {
  const [one, two] = [standInCluster('one'), standInCluster('two')]
  const served = await serveClusters((request) => [one, two].find(({ name }) => hasToken(request, name)) ?? null)
  await connect(writeKubeconfig(testInfo.outputPath(), served.url, 'two', 'mine')).apply([NAMESPACE])
  expect(one.requests).toEqual([])
  expect(two.changes).toEqual(['PATCH /api/v1/namespaces/default'])
  expect(two.objects.get('/api/v1/namespaces/default')?.metadata.uid).toMatch(/^[0-9a-f-]{36}$/)
  await served.close()
})
