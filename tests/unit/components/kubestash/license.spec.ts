import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { builtArtifacts } from '../../../../lib/clusters/embedded/artifacts.ts'
import { componentsOfRun } from '../../../../lib/drill/providers.ts'
import { findOtherCluster, readLicense } from '../../../../lib/components/kubestash/license.ts'
import { kubestash } from '../../../../lib/components/kubestash/drivers.ts'
import { usableTools } from '../../../../lib/components/needed.ts'
import { readConfig } from '../../../../lib/config/config.ts'
import { NO_TERMS } from '../../../../lib/lab/terms.ts'
import { inFolder } from '../../in-folder.ts'
import { makeAuthority, makeCertificate } from '../../stand-ins/certificates.ts'
import { serveLab } from '../../stand-ins/licensed/lab.ts'

const UID = '0f0e0d0c-0b0a-4908-8706-050403020100'
const OTHER = '11111111-2222-4333-8444-555555555555'

/** Files of licences, good and bad ones. */
async function withLicenses(use: (files: Record<'good' | 'expired' | 'text' | 'any', string>) => Promise<void>) {
  await inFolder(async (folder) => {
    const authority = makeAuthority(folder, 'authority')
    const text = join(folder, 'text')
    writeFileSync(text, 'my licence')
    const of = (name: string, options: { names?: string; days?: number }) =>
      makeCertificate(folder, name, authority, options).certFile
    await use({
      good: of('good', { names: `DNS:${UID}` }),
      expired: of('expired', { names: `DNS:${UID}`, days: -1 }),
      any: of('*.appscode.com', { names: 'DNS:appscode.com' }),
      text,
    })
  })
}

const kind = (env: Record<string, string>) =>
  readConfig({ MESHDRILL_CLUSTER: 'kind', ...env }, () => {
    throw new Error('the cluster is named')
  })

test('a licence names the clusters that it is for, and one with a wildcard is for any cluster', () =>
  withLicenses((files) => {
    expect(readLicense(files.good)).toMatchObject({ clusters: [UID] })
    expect(findOtherCluster(files.good, readLicense(files.good), UID)).toBeNull()
    expect(findOtherCluster(files.good, readLicense(files.good), OTHER)).toContain(
      `is for cluster ${UID}, and this is cluster ${OTHER}. Next: get a licence`,
    )
    expect(findOtherCluster(files.any, readLicense(files.any), OTHER)).toBeNull()
    return Promise.resolve()
  }))

test('a licence that is missing, no certificate or expired is an error of the configuration', () =>
  withLicenses((files) => {
    const wrong = (file: string) => () => kind({ MESHDRILL_STASH_LICENSE: file })
    expect(wrong('/nowhere/licence')).toThrow('MESHDRILL_STASH_LICENSE: there is no file "/nowhere/licence"')
    expect(wrong(files.text)).toThrow(`"${files.text}" is no licence: it contains no certificate in PEM. Next:`)
    expect(wrong(files.expired)).toThrow(/the licence in ".*expired.*" expired at 20\d\d-.*Next: .*unset/)
    expect(kind({ MESHDRILL_STASH_LICENSE: files.good }).terms).toEqual({ stashLicense: files.good, k10Eula: null })
    return Promise.resolve()
  }))

test('a licence for another cluster than the confirmed one is an error of the configuration', () =>
  withLicenses((files) => {
    const existing = (uid: string) => () =>
      readConfig({
        ...{ MESHDRILL_CLUSTER: 'existing', MESHDRILL_CONTEXT: 'mine', MESHDRILL_CONFIRM: uid },
        MESHDRILL_STASH_LICENSE: files.good,
      })
    expect(existing(OTHER)).toThrow(`is for cluster ${UID}, and this is cluster ${OTHER}`)
    expect(existing(UID)).not.toThrow()
    return Promise.resolve()
  }))

test('a licence has no effect with the embedded cluster, which has no image of KubeStash', () =>
  withLicenses((files) => {
    const read = () => readConfig({ MESHDRILL_CLUSTER: 'embedded', MESHDRILL_STASH_LICENSE: files.good })
    expect(read).toThrow('MESHDRILL_STASH_LICENSE has no effect with the cluster "embedded"')
    return Promise.resolve()
  }))

test('the drills of KubeStash are skipped with the reason: no registry, no licence, an expired one, another cluster’s', () =>
  withLicenses((files) =>
    inFolder(async (folder) => {
      const { lab, server } = await serveLab(folder, { uid: OTHER })
      const reasons = (over: Partial<typeof lab>) => kubestash('logical-backup').requires({ ...lab, ...over })
      const withFile = (stashLicense: string) => reasons({ terms: { ...NO_TERMS, stashLicense } })
      try {
        const embedded = builtArtifacts({ binary: () => Promise.reject(new Error('no program is needed')) })
        expect(await reasons({ artifacts: embedded })).toEqual([
          'KubeStash comes from public registries only, and this cluster has what its machine builds. Next: MESHDRILL_CLUSTER=kind or existing, with MESHDRILL_ARTIFACTS=public',
        ])
        expect(await reasons({})).toEqual([
          `KubeStash needs a licence for cluster ${OTHER}. Next: get a licence at https://appscode.com/issue-license?p=stash, and set MESHDRILL_STASH_LICENSE to the path of its file`,
        ])
        expect(await withFile(files.expired)).toEqual([expect.stringContaining('expired at')])
        expect(await withFile(files.good)).toEqual([expect.stringContaining(`and this is cluster ${OTHER}`)])
        expect(await withFile(files.any)).toEqual([])
        expect(server.changes).toEqual([])
      } finally {
        await server.close()
      }
    }),
  ))

test('a run that names no tool drills KubeStash only with a licence, and never on the embedded cluster', () => {
  const terms = { ...NO_TERMS, stashLicense: '/licence' }
  expect(usableTools(NO_TERMS)).toEqual(['velero', 'restic', 'kubernetes', 'k8up'])
  expect(usableTools(terms)).toContain('kubestash')
  const embedded = (env: Record<string, string>) =>
    componentsOfRun(readConfig({ MESHDRILL_CLUSTER: 'embedded', ...env }))
  expect(embedded({})).not.toContain('kubestash')
  expect(embedded({ MESHDRILL_TOOL: 'kubestash' })).not.toContain('kubestash')
  expect(componentsOfRun(kind({}))).not.toContain('kubestash')
  expect(componentsOfRun({ ...kind({}), terms })).toContain('kubestash')
  expect(componentsOfRun(kind({ MESHDRILL_TOOL: 'kubestash' }))).toContain('kubestash')
  expect(componentsOfRun(kind({ MESHDRILL_TOOL: 'kubestash', MESHDRILL_ARTIFACTS: 'built' }))).not.toContain(
    'kubestash',
  )
})
