import { expect } from '@playwright/test'
import { existing } from '../../../../lib/clusters/existing/existing.ts'
import { admissionConflicts } from '../../../../lib/clusters/existing/plan/admission.ts'
import { neededParts } from '../../../../lib/clusters/existing/plan/parts.ts'
import { images, pulledByTag } from '../../../../lib/clusters/public/catalog.ts'
import { pullReference } from '../../../../lib/lab/published.ts'
import { connect } from '../../../../lib/kube/client.ts'
import { writeKubeconfig } from './world.ts'
import { failure } from '../../stand-ins/cluster-objects.ts'
import { serveClusters, type StandInCluster } from '../../stand-ins/api-server.ts'
import { make, test, type Begun } from './lab-fixture.ts'

const parts = neededParts(['istio', 'chaos-mesh', 'velero'])
const PRIVILEGED = { 'pod-security.kubernetes.io/enforce': 'privileged' }

/** A client of the test cluster. Its server refuses dry runs for paths that end with certain words. */
async function clientOf(world: Begun, folder: string, refuses: string[]) {
  const refusing: StandInCluster = {
    ...world.server,
    answer: (request) => {
      const isRefused = request.method === 'POST' && refuses.includes(request.path.split('/').at(-1) ?? '')
      return isRefused ? failure(403, 'policy "no-privileged" says no') : world.server.answer(request)
    },
  }
  const served = await serveClusters(() => refusing)
  return { kube: connect(writeKubeconfig(folder, served.url, 'any', 'mine')), close: () => served.close() }
}

test('admission is checked with dry runs, which store nothing', async ({ world }, testInfo) => {
  world.server.put('/api/v1/namespaces/agents', { metadata: { name: 'agents', labels: PRIVILEGED } })
  const before = [...world.server.objects.keys()]
  const { kube, close } = await clientOf(world, testInfo.outputPath('any'), [])
  expect(await admissionConflicts(kube, parts)).toEqual([])
  const writes = world.server.requests.filter(({ method }) => method !== 'GET')
  expect(writes.map(({ query }) => query.get('dryRun'))).toEqual(writes.map(() => 'All'))
  expect(writes.filter(({ path }) => path === '/api/v1/namespaces/agents/pods')).toHaveLength(1)
  expect(writes.filter(({ path }) => path === '/api/v1/namespaces')).toHaveLength(5)
  expect([...world.server.objects.keys()]).toEqual(before)
  await close()
})

test('a policy that refuses privileged pods is reported with its message', async ({ world }, testInfo) => {
  world.server.put('/api/v1/namespaces/agents', { metadata: { name: 'agents', labels: PRIVILEGED } })
  const { kube, close } = await clientOf(world, testInfo.outputPath('any'), ['pods'])
  expect(await admissionConflicts(kube, parts)).toEqual([
    expect.stringMatching(/refuses Pod "meshdrill-dry-run".*policy "no-privileged" says no\. Next: kubectl get/),
  ])
  await close()
})

test('a policy that refuses privileged namespaces is reported once for each namespace', async ({ world }, testInfo) => {
  const { kube, close } = await clientOf(world, testInfo.outputPath('any'), ['namespaces'])
  const refused = (await admissionConflicts(kube, parts)).join('\n')
  for (const name of ['istio-system', 'istio-ingress', 'chaos-mesh', 'velero', 'meshdrill-dry-run'])
    expect(refused).toContain(`refuses Namespace "${name}" with labels {"pod-security.kubernetes.io/enforce":`)
  await close()
})

test('a cluster without confirmation does not even receive a dry run', async ({ world }) => {
  await expect(make(world, { confirm: null })).rejects.toThrow('Nothing was changed')
  expect(world.server.changes).toEqual([])
  expect(await existing(world.options).find()).toBeNull()
})

test('every image is pulled by its digest or has a written reason for its missing digest', () => {
  for (const image of Object.values(images)) {
    if (image === null) continue
    expect(image.digest ?? image.withoutDigest).toMatch(/^(sha256:[0-9a-f]{64}|its registry was not asked .+)$/)
    expect(image.reference).not.toContain('@')
    expect(pullReference(image).includes('@sha256:')).toBe(image.digest !== null)
  }
})

test('the plan names exactly the images that are pulled by tag', async ({ world }) => {
  expect(pulledByTag(['restic/restic', 'k8up/k8up', 'istio/pilot', 'meshdrill/ledger'], {})).toEqual([
    'ghcr.io/k8up-io/k8up:v2.12.0',
    'istio/pilot, of its chart',
  ])
  const digest = `registry.example.org/k8up@sha256:${'0'.repeat(64)}`
  expect(pulledByTag(['k8up/k8up', 'k8up/k8up'], { 'k8up/k8up': digest })).toEqual([])
  await expect(make(world, { confirm: null })).rejects.toThrow('Nothing was changed')
  expect(world.log.join('\n')).toMatch(
    /public, pinned; these images by tag only: registry\.example\.org\/ledger:1, .*velero:v/,
  )
})
