import { expect, test } from '@playwright/test'
import { parse } from 'yaml'
import { builtArtifacts } from '../../../../lib/clusters/embedded/artifacts.ts'
import { kasten as component } from '../../../../lib/components/kasten/component.ts'
import { kasten } from '../../../../lib/components/kasten/drivers.ts'
import { installKasten } from '../../../../lib/components/kasten/install.ts'
import { usableTools } from '../../../../lib/components/needed.ts'
import { readConfig } from '../../../../lib/config/config.ts'
import type { Lab } from '../../../../lib/lab/lab.ts'
import { NO_TERMS } from '../../../../lib/lab/terms.ts'
import { inFolder } from '../../in-folder.ts'
import { startController } from '../../stand-ins/licensed/controller.ts'
import { standInHelm, type HelmStandIn } from '../../stand-ins/licensed/helm.ts'
import { serveLab, type ServedLab } from '../../stand-ins/licensed/lab.ts'

const terms = { ...NO_TERMS, k10Eula: { company: 'Example', email: 'ann@example.org' } }
const TIMING = { action: '1s', ready: '1s', every: '20ms' }

const onBench = (
  { missing, profile }: { missing?: string; profile: Record<string, unknown> },
  use: (bench: ServedLab & { lab: Lab; helm: HelmStandIn }) => Promise<void>,
): Promise<void> =>
  inFolder(async (folder) => {
    const { lab, server } = await serveLab(folder)
    const helm = standInHelm(folder, missing === undefined ? {} : { missing })
    server.put('/api/v1/namespaces/kasten-io/pods/catalog', {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'catalog', namespace: 'kasten-io' } },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    })
    const role = { apiVersion: 'config.kio.kasten.io/v1alpha1', plural: 'profiles', play: () => [{ status: profile }] }
    const controller = startController(lab.kube, [role])
    try {
      await use({ lab: { ...lab, terms, artifacts: helm.artifacts }, server, helm })
    } finally {
      await controller.stop()
      await server.close()
    }
  })

test('Kasten K10 is installed by its chart with the agreement that the user accepted, into the prefix of the lab', () =>
  onBench({ profile: { validation: 'Success' } }, async ({ lab, helm }) => {
    await installKasten(lab, TIMING)
    expect(helm.calls()[1]).toContain('upgrade --install k10 k10 --repo https://charts.kasten.io/ --version 8.5.5')
    expect(parse(helm.values('k10'))).toEqual({ eula: { accept: true, company: 'Example', email: 'ann@example.org' } })
    const profile = { apiVersion: 'config.kio.kasten.io/v1alpha1', kind: 'Profile' }
    expect(await lab.kube.get({ ...profile, metadata: { name: 'meshdrill', namespace: 'kasten-io' } })).toMatchObject({
      spec: { locationSpec: { objectStore: { path: 'meshdrill-000000000000/kasten', objectStoreType: 'S3' } } },
    })
  }))

test('a chart version of Kasten K10 that does not exist is an error before anything is changed', () =>
  onBench({ missing: 'chart "k10" version "8.5.5" not found', profile: {} }, async ({ lab, server }) => {
    await expect(installKasten(lab, TIMING)).rejects.toThrow(
      'Nothing was changed. Chart "kasten/k10" of version "8.5.5" cannot be had: chart "k10" version "8.5.5" not found',
    )
    expect(server.changes).toEqual([])
  }))

test('Kasten K10 gets a copy of the lab’s VolumeSnapshotClass, which stays as it is, and its own copy goes with it', () =>
  onBench({ profile: { validation: 'Success' } }, async ({ lab, server }) => {
    const kind = { apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshotClass' }
    const users = { ...kind, metadata: { name: 'users' }, driver: 'disks.example', deletionPolicy: 'Delete' }
    const put = (name: string) =>
      server.put(`/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses/${name}`, { ...users, metadata: { name } })
    put('users')
    const storageClasses = { local: null, snapshots: 'fast', ofSnapshots: 'users' }
    await installKasten({ ...lab, cluster: { ...lab.cluster, storageClasses } }, TIMING)
    const read = (name: string) => lab.kube.get({ ...kind, metadata: { name } })
    expect((await read('users'))?.metadata.annotations).toBeUndefined()
    expect(await read('meshdrill-kasten')).toMatchObject({
      ...{ driver: 'disks.example', deletionPolicy: 'Delete' },
      metadata: { annotations: { 'k10.kasten.io/is-snapshot-class': 'true' } },
    })
    put('k10-clone-meshdrill-kasten')
    const remove = await component.presence[0].collectTraces(lab.kube)
    await remove()
    expect(await read('k10-clone-meshdrill-kasten')).toBeNull()
    expect(await read('users')).not.toBeNull()
  }))

test('a store that Kasten K10 cannot use is an error with the words of K10', () =>
  onBench({ profile: { validation: 'Failed', error: ['bucket "none" is not there'] } }, async ({ lab }) => {
    await expect(installKasten(lab, TIMING)).rejects.toThrow(/is refused: bucket "none" is not there\. Next: kubectl/)
  }))

test('the drills of Kasten K10 are skipped with the reason: no registry, or no accepted agreement', () =>
  onBench({ profile: {} }, async ({ lab, server }) => {
    const reasons = (over: Partial<Lab>) => kasten('export').requires({ ...lab, ...over })
    const embedded = builtArtifacts({ binary: () => Promise.reject(new Error('no program is needed')) })
    expect(await reasons({ artifacts: embedded })).toEqual([
      expect.stringContaining('Kasten K10 comes from public registries only'),
    ])
    expect(await reasons({ terms: NO_TERMS })).toEqual([
      'Kasten K10 needs you to accept its agreement (EULA). Next: read it, and set MESHDRILL_K10_EULA=accept, MESHDRILL_K10_COMPANY and MESHDRILL_K10_EMAIL',
    ])
    expect(await reasons({})).toEqual([])
    expect(server.changes).toEqual([])
  }))

test('an agreement is accepted by somebody with a company and an address, or not at all', () => {
  const read = (env: Record<string, string>) => readConfig({ MESHDRILL_CLUSTER: 'kind', ...env }).terms.k10Eula
  expect(read({})).toBeNull()
  expect(() => read({ MESHDRILL_K10_EULA: 'accept' })).toThrow(
    'MESHDRILL_K10_*: MESHDRILL_K10_COMPANY, MESHDRILL_K10_EMAIL must be set too',
  )
  expect(() => read({ MESHDRILL_K10_EULA: 'yes' })).toThrow('MESHDRILL_K10_EULA: "yes" is not known; one of accept')
  const all = { MESHDRILL_K10_EULA: 'accept', MESHDRILL_K10_COMPANY: 'Example', MESHDRILL_K10_EMAIL: 'ann@example.org' }
  expect(read(all)).toEqual(terms.k10Eula)
  expect(() => read({ ...all, MESHDRILL_K10_EMAIL: 'ann' })).toThrow('"ann" is not an e-mail address')
  expect(usableTools(NO_TERMS)).not.toContain('kasten')
  expect(usableTools(terms)).toContain('kasten')
})
