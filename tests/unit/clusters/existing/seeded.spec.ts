import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type TestInfo } from '@playwright/test'
import { pinOfRun } from '../../../../lib/clusters/existing/access/run-access.ts'
import { leaseOf } from '../../../../lib/clusters/existing/lease/lease.ts'
import { takeCluster } from '../../../../lib/clusters/existing/lease/keeper.ts'
import type { ExistingRun } from '../../../../lib/clusters/existing/options.ts'
import { requireConfirmation, survey } from '../../../../lib/clusters/existing/survey.ts'
import { RunAborted } from '../../../../lib/kube/access/pin.ts'
import { withChildAccess } from '../../../../lib/kube/access/child.ts'
import { connect } from '../../../../lib/kube/client.ts'
import { messageOf } from '../../../../lib/system/file-error.ts'
import { hasToken, serveClusters, standInCluster, type PickCluster } from '../../stand-ins/api-server.ts'
import { makeAuthority, makeCertificate } from '../../stand-ins/certificates.ts'
import { startProxy } from '../../stand-ins/proxy-server.ts'
import { drawCase, type Places, type SeededCase } from './seeded-cases.ts'

/** Number of cases. 1,000 cases take a minute of CPU time: SEEDED_CASES=1000. */
const CASES = Number(process.env.SEEDED_CASES ?? 100)
/** Number of cases in one test, so that several workers can share them. */
const PART = Math.min(250, CASES)
const UID = 'aaaaaaaa-0000-4000-8000-000000000001'
const OTHER = 'bbbbbbbb-0000-4000-8000-000000000002'
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/meshdrill-system/leases/meshdrill'
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY']
const runOf = (seed: number): string => `00000000-0000-4000-8000-${String(seed).padStart(12, '0')}`
const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

for (let first = 1; first <= CASES; first += PART) {
  test(`with the seeded kubeconfigs ${first} to ${first + PART - 1} no change reaches an unconfirmed cluster`, async ({}, testInfo) => {
    await tryCases(first, testInfo)
  })
}

async function tryCases(first: number, testInfo: TestInfo): Promise<void> {
  test.setTimeout(600_000)
  const { XDG_STATE_HOME } = process.env
  process.env.XDG_STATE_HOME = testInfo.outputPath('state')
  const other = standInCluster('other', { uid: OTHER })
  let confirmed = standInCluster('confirmed', { uid: UID })
  let isSwitched = false
  const pickCluster: PickCluster = (request) =>
    hasToken(request, 'b') || (isSwitched && hasToken(request, 'a')) ? other : hasToken(request, 'a') ? confirmed : null
  const served = await serveClusters(pickCluster)
  const authority = makeAuthority(testInfo.outputPath(), 'ca')
  const tls = makeCertificate(testInfo.outputPath(), 'server', authority, { names: 'DNS:api.example' })
  const far = await serveClusters(pickCluster, { tls: { cert: tls.cert, key: tls.key } })
  const elsewhere = await serveClusters(() => other)
  const [good, bad] = [await startProxy(far.url), await startProxy(elsewhere.url)]
  const places: Places = {
    ...{ confirmed: served.url, other: elsewhere.url },
    ...{ proxyToConfirmed: good.url, proxyToOther: bad.url, authority: authority.cert },
  }

  /** Steps of a run. In a real run each is a separate process, so each starts from the files on the disk. */
  const stepsOf = (drawn: SeededCase, runUid: string): (() => Promise<unknown>)[] => {
    const pinned = () => {
      const found = pinOfRun(UID, runUid)
      if (found === null) throw new Error('there is no lab of this run')
      return found
    }
    const owner = { host: 'desk', pid: 7, runUid }
    const options = { kubeconfigs: drawn.files, context: drawn.context, confirm: UID } as ExistingRun
    let working: ReturnType<typeof connect> | null = null
    return [
      async () => {
        const look = await survey(options)
        requireConfirmation(look, options)
        await takeCluster(look, owner, (lease) => lease.take())
      },
      () => connect(pinned().kubeconfig).apply([namespace('manual-pod-kill')]),
      async () => {
        working = connect(pinned().kubeconfig)
        await working.apply([namespace('file-system-node-loss')])
      },
      async () => working?.delete(namespace('file-system-node-loss')),
      () => leaseOf(pinned().context.config, { owner: pinned().pin.holder }).renew(),
      () => withChildAccess(pinned().kubeconfig, (child) => connect(child.kubeconfig).apply([namespace('velero')])),
    ]
  }

  const counts = { changed: 0, aborted: 0, refused: 0, whole: 0 }
  try {
    for (let seed = first; seed < first + PART; seed++) {
      const folder = testInfo.outputPath('cases', String(seed))
      const drawn = drawCase(folder, seed, places)
      confirmed = standInCluster('confirmed', { uid: UID })
      isSwitched = false
      for (const name of PROXIES) Reflect.deleteProperty(process.env, name)
      Object.assign(process.env, drawn.env)
      let failure: unknown = null
      for (const [index, step] of stepsOf(drawn, runOf(seed)).entries()) {
        // A failed step does not stop the others: workers, keeper and clean-up are independent.
        await Promise.resolve()
          .then(step)
          .catch((error: unknown) => (failure ??= error))
        if (index !== drawn.step) continue
        drawn.disturb()
        if (drawn.disturbance === 'server behind the address') isSwitched = true
        if (drawn.disturbance === 'proxy of the shell')
          Object.assign(process.env, { HTTP_PROXY: bad.url, http_proxy: bad.url })
        const lease = confirmed.objects.get(LEASE)
        if (drawn.disturbance === 'lease' && lease !== undefined)
          confirmed.put(LEASE, { ...lease, spec: { ...(lease.spec as object), holderIdentity: 'bob' } })
      }
      const about = `seed ${seed}, ${drawn.disturbance} after step ${drawn.step}: ${failure === null ? 'no error' : messageOf(failure)}`
      expect([other.changes, about]).toEqual([[], about])
      if (confirmed.changes.length > 0) counts.changed++
      if (failure instanceof RunAborted) counts.aborted++
      else if (failure !== null) counts.refused++
      else counts.whole++
      if (drawn.leadsToConfirmed && drawn.disturbance === 'none') expect([failure, about]).toEqual([null, about])
      rmSync(folder, { recursive: true, force: true })
    }
  } finally {
    for (const name of PROXIES) Reflect.deleteProperty(process.env, name)
    if (XDG_STATE_HOME === undefined) delete process.env.XDG_STATE_HOME
    else process.env.XDG_STATE_HOME = XDG_STATE_HOME
    rmSync(join(testInfo.outputPath(), 'state'), { recursive: true, force: true })
    for (const one of [served, far, elsewhere, good, bad]) await one.close()
  }
  testInfo.annotations.push({ type: 'cases', description: JSON.stringify(counts) })
  // Proves the test itself: some runs ended normally, and others were ended.
  expect(counts.changed).toBeGreaterThan(PART / 2)
  expect(counts.whole).toBeGreaterThan(PART / 5)
  expect(counts.aborted).toBeGreaterThan(PART / 10)
  expect(counts.refused).toBeGreaterThan(PART / 20)
}
