import { expect, test } from '@playwright/test'
import { parse } from 'yaml'
import { installKubestash, operatorReady } from '../../../../lib/components/kubestash/install.ts'
import { readSize, readSpan } from '../../../../lib/components/kubestash/measures.ts'
import { kubestash } from '../../../../lib/components/kubestash/component.ts'
import { repositoriesOf, backupConfiguration } from '../../../../lib/components/kubestash/configuration.ts'
import type { Lab } from '../../../../lib/lab/lab.ts'
import { NO_TERMS } from '../../../../lib/lab/terms.ts'
import { inFolder } from '../../in-folder.ts'
import { makeAuthority, makeCertificate } from '../../stand-ins/certificates.ts'
import { startController } from '../../stand-ins/licensed/controller.ts'
import { standInHelm, type HelmStandIn } from '../../stand-ins/licensed/helm.ts'
import { serveLab, type ServedLab } from '../../stand-ins/licensed/lab.ts'

const UID = '0f0e0d0c-0b0a-4908-8706-050403020100'
const TIMING = { session: '1s', ready: '1s', every: '20ms' }
const OPERATOR = '/api/v1/namespaces/stash/pods/operator'
const labels = { 'app.kubernetes.io/name': 'kubestash-operator', 'app.kubernetes.io/instance': 'kubestash' }

interface Bench extends ServedLab {
  lab: Lab
  helm: HelmStandIn
  pem: string
}

/** A lab with a licence, a stand-in for helm, and an operator that is Ready as soon as it is asked for. */
const onBench = (options: { missing?: string }, use: (bench: Bench) => Promise<void>): Promise<void> =>
  inFolder(async (folder) => {
    const { lab, server } = await serveLab(folder, { uid: UID })
    const helm = standInHelm(folder, options)
    const license = makeCertificate(folder, 'licence', makeAuthority(folder, 'authority'), { names: `DNS:${UID}` })
    const terms = { ...NO_TERMS, stashLicense: license.certFile }
    server.put(OPERATOR, {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'operator', namespace: 'stash', labels } },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    })
    try {
      await use({ lab: { ...lab, terms, artifacts: helm.artifacts }, server, helm, pem: license.cert })
    } finally {
      await server.close()
    }
  })

const storagePlays = (lab: Lab, status: Record<string, unknown>) =>
  startController(lab.kube, [
    { apiVersion: 'storage.kubestash.com/v1alpha1', plural: 'backupstorages', play: () => [{ status }] },
  ])

test('KubeStash is installed by its chart with the user’s licence, which is in no command line', () =>
  onBench({}, async ({ lab, helm, pem }) => {
    const controller = storagePlays(lab, { phase: 'Ready' })
    try {
      await installKubestash(lab, TIMING)
    } finally {
      await controller.stop()
    }
    const chart = 'oci://ghcr.io/appscode-charts/kubestash --version v2026.2.26'
    expect(helm.calls()[0]).toBe(`show chart ${chart}`)
    expect(helm.calls()[1]).toContain(`upgrade --install kubestash ${chart} --namespace stash`)
    expect(helm.calls().join('\n')).not.toContain('BEGIN CERTIFICATE')
    expect(parse(helm.values('kubestash'))).toMatchObject({ global: { license: pem } })
    const storage = { apiVersion: 'storage.kubestash.com/v1alpha1', kind: 'BackupStorage' }
    expect(await lab.kube.get({ ...storage, metadata: { name: 'meshdrill', namespace: 'stash' } })).toMatchObject({
      spec: {
        storage: { provider: 's3', s3: { bucket: 'none', prefix: 'meshdrill-000000000000/kubestash' } },
        deletionPolicy: 'Delete',
      },
    })
  }))

test('a chart version of KubeStash that does not exist is an error before anything is changed', () =>
  onBench({ missing: 'ghcr.io/appscode-charts/kubestash:v2026.2.26: not found' }, async ({ lab, server }) => {
    await expect(installKubestash(lab, TIMING)).rejects.toThrow(
      'Nothing was changed. Chart "kubestash/kubestash" of version "v2026.2.26" cannot be had: ghcr.io/appscode-charts/kubestash:v2026.2.26: not found. Next: helm show chart',
    )
    expect(server.changes).toEqual([])
  }))

test('a store that KubeStash cannot use is an error with the words of KubeStash', () =>
  onBench({}, async ({ lab }) => {
    const conditions = [{ type: 'BackendInitialized', status: 'False', message: 'AccessDenied: 403' }]
    const controller = storagePlays(lab, { phase: 'NotReady', conditions })
    try {
      await expect(installKubestash(lab, TIMING)).rejects.toThrow(
        /BackupStorage "meshdrill" .* Ready: not after .*NotReady: AccessDenied: 403/,
      )
    } finally {
      await controller.stop()
    }
  }))

test('an operator that ends again and again, as with a licence that it refuses, is an error with its last words', () =>
  onBench({}, async ({ lab, server }) => {
    const ended = { restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: {} } }
    server.put(OPERATOR, {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'operator', namespace: 'stash', labels } },
      status: { phase: 'Running', containerStatuses: [{ name: 'operator', ...ended }] },
    })
    lab.kube.core.readNamespacedPodLog = () => Promise.resolve('license was not issued for kubestash')
    await expect(operatorReady(lab, TIMING)).rejects.toThrow(
      /ends again and again.*It said: .*license was not issued for kubestash.*Next: kubectl -n stash logs --previous operator/,
    )
  }))

test('Jobs of KubeStash are kept out of the mesh, by labels and by annotations, and read as root', () =>
  onBench({}, async ({ lab }) => {
    const [repository] = repositoriesOf('drill', 'abcdef0123456789', ['data'])
    expect(repository?.directory).toBe('/drill/abcdef01/data')
    const { spec } = backupConfiguration(lab, 'drill', repository ?? { claim: '', directory: '' })
    const [session] = (spec as { sessions: { addon: { jobTemplate: object }; scheduler: object }[] }).sessions
    expect(session?.addon.jobTemplate).toEqual({
      metadata: {
        labels: { 'meshdrill.dev/mover': 'kubestash', ...lab.mesh.keepsOut.labels },
        annotations: lab.mesh.keepsOut.annotations,
      },
      spec: { securityContext: { runAsUser: 0, runAsGroup: 0 } },
    })
    expect(session?.scheduler).toMatchObject({ suspend: true })
    return Promise.resolve()
  }))

test('a KubeStash of the user’s own is never drilled', async () => {
  const [part] = kubestash.presence
  expect(await part.refuse()).toContain('KubeStash is there, with backups of yours')
})

test('sizes and durations of KubeStash are read, and other texts are unknown', () => {
  expect(['11 B', '2.262 KiB', '1.5 GiB', '7', undefined].map(readSize)).toEqual([11, 2316, 1.5 * 2 ** 30, null, null])
  expect(['25s', '7.534461497s', '1m2.5s', '1h0m0s', '90ms', '', 'soon', undefined].map(readSpan)).toEqual([
    ...[25_000, 7534, 62_500, 3_600_000, 90],
    ...[null, null, null],
  ])
})
