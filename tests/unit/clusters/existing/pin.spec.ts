import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from '@playwright/test'
import { pinAccess, pinOfRun } from '../../../../lib/clusters/existing/access/run-access.ts'
import { readContext } from '../../../../lib/clusters/existing/access/context.ts'
import { existing } from '../../../../lib/clusters/existing/existing.ts'
import { withChildAccess } from '../../../../lib/kube/access/child.ts'
import { connect } from '../../../../lib/kube/client.ts'
import { hasToken, serveClusters, standInCluster } from '../../stand-ins/api-server.ts'
import { RUN, UID, writeKubeconfig } from './world.ts'
import { make, test, type Begun } from './lab-fixture.ts'

const OTHER = 'bbbbbbbb-0000-4000-8000-000000000002'
const API = 'client.authentication.k8s.io/v1'
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'manual-pod-kill' } }
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/meshdrill-system/leases/meshdrill'

/** The user's kubeconfig file, which may be rewritten during a run. */
const configFile = ({ options }: Begun): string => options.kubeconfigs[0] ?? ''

test('a worker and the end of a lab use the confirmed cluster, even if the context leads to another one by then', async ({
  world,
}) => {
  const other = standInCluster('other', { uid: OTHER })
  other.put('/api/v1/namespaces/meshdrill-system', { metadata: { name: 'meshdrill-system' } })
  const served = await serveClusters(() => other)
  await make(world)
  writeFileSync(configFile(world), readFileSync(configFile(world), 'utf8').replaceAll(world.server.url, served.url))
  const provider = existing({ ...world.options, confirm: UID })
  const attached = await provider.attach()
  await connect(attached.kubeconfig).apply([NAMESPACE])
  expect(world.server.changes).toContain('PATCH /api/v1/namespaces/manual-pod-kill')
  await (await provider.find())?.end()
  expect(other.requests).toEqual([])
  await served.close()
})

test('only its user can read the files of a run about its cluster, and they are removed with the run', async ({
  world,
}) => {
  const { kubeconfig } = await make(world)
  const modes = [dirname(kubeconfig), kubeconfig, join(dirname(kubeconfig), 'pin.json')].map(
    (path) => statSync(path).mode & 0o777,
  )
  expect(modes).toEqual([0o700, 0o600, 0o600])
  expect(dirname(kubeconfig)).toContain(join(UID, RUN))
  await (await existing({ ...world.options, confirm: UID }).find())?.end()
  expect(existsSync(dirname(kubeconfig))).toBe(false)
})

test('a survey of a cluster leaves no files on this machine and does not change files of a running run', async ({
  world,
}) => {
  const { kubeconfig } = await make(world)
  const before = readFileSync(kubeconfig, 'utf8')
  writeKubeconfig(dirname(configFile(world)), world.server.url, 'token-of-today')
  const state = process.env.XDG_STATE_HOME ?? ''
  const files = readdirSync(state, { recursive: true }).length
  process.env.MESHDRILL_RUN_UID = '99999999-2222-4333-8444-555555555555'
  try {
    await existing(world.options).find()
    await expect(make(world)).rejects.toThrow('in use by')
  } finally {
    process.env.MESHDRILL_RUN_UID = RUN
  }
  expect(readFileSync(kubeconfig, 'utf8')).toBe(before)
  expect(readdirSync(state, { recursive: true })).toHaveLength(files)
})

test('if new credentials of a plugin lead to another cluster, the run ends before it changes that cluster', async ({
  world,
}, testInfo) => {
  const other = standInCluster('other', { uid: OTHER })
  const served = await serveClusters((request) =>
    hasToken(request, 'one') ? world.server : hasToken(request, 'two') ? other : null,
  )
  const plugin = testInfo.outputPath('plugin')
  const token = testInfo.outputPath('token')
  writeFileSync(token, 'one')
  const past = new Date(Date.now() - 1000).toISOString()
  const body = `{"apiVersion":"${API}","kind":"ExecCredential","status":{"token":"%s","expirationTimestamp":"${past}"}}`
  writeFileSync(plugin, `#!/bin/sh\nprintf '${body}' "$(cat '${token}')"\n`)
  chmodSync(plugin, 0o755)
  const config = {
    clusters: [{ name: 'c', cluster: { server: served.url } }],
    users: [{ name: 'u', user: { exec: { apiVersion: API, command: plugin, interactiveMode: 'Never' } } }],
    contexts: [{ name: 'mine', context: { cluster: 'c', user: 'u' } }],
  }
  writeFileSync(configFile(world), JSON.stringify(config))
  const { kubeconfig } = await make(world)
  const kube = connect(kubeconfig)
  await kube.apply([NAMESPACE])
  writeFileSync(token, 'two')
  await expect(kube.apply([NAMESPACE])).rejects.toThrow(`another cluster than the confirmed one: its UID is ${OTHER}`)
  await expect(withChildAccess(kubeconfig, () => Promise.resolve())).rejects.toThrow('The run was ended')
  writeFileSync(token, 'one')
  await expect(connect(kubeconfig).apply([NAMESPACE])).rejects.toThrow('The run was ended')
  await expect(existing({ ...world.options, confirm: UID }).attach()).rejects.toThrow('The run was ended')
  expect(other.changes).toEqual([])
  await served.close()
})

test('a lost lease ends the run, and no process of the run changes anything after it', async ({ world }) => {
  const { kubeconfig } = await make(world)
  const lease = world.server.objects.get(LEASE)
  world.server.put(LEASE, { ...lease, spec: { ...(lease?.spec as object), holderIdentity: 'bob@desk, process 9' } })
  const ended = new Promise((resolve) =>
    world.owner.once('exit', (_code, signal) => {
      resolve(signal)
    }),
  )
  expect(await ended).toBe('SIGTERM')
  const before = world.server.changes.length
  // The folder of the run is also removed with its first process.
  const change = async () => connect(kubeconfig).apply([NAMESPACE])
  await expect(change()).rejects.toThrow(/nothing more is changed|Kubeconfig ".*" does not exist/)
  expect(world.server.changes).toHaveLength(before)
})

test('the kubeconfig of a run cannot be used for changes after the removal of its pin', async ({ world }) => {
  const { kubeconfig } = await make(world)
  const before = world.server.changes.length
  rmSync(join(dirname(kubeconfig), 'pin.json'))
  const change = async () => connect(kubeconfig).apply([NAMESPACE])
  await expect(change()).rejects.toThrow(/The run was ended.* the pin beside .* is gone/)
  expect(world.server.changes).toHaveLength(before)
})

test('two runs with the same user, host and process never hold the lease at the same time', async ({ world }) => {
  await make(world)
  process.env.MESHDRILL_RUN_UID = '99999999-2222-4333-8444-555555555555'
  try {
    await expect(make(world)).rejects.toThrow(`run ${RUN}, until`)
  } finally {
    process.env.MESHDRILL_RUN_UID = RUN
  }
})

test('a lab is ended only in the confirmed cluster, after the objects to remove were shown', async ({ world }) => {
  await make(world, { keep: true })
  await (await existing({ ...world.options, confirm: UID }).find())?.leave()
  const before = world.server.changes.length
  for (const confirm of [null, OTHER]) {
    const found = await existing({ ...world.options, confirm }).find()
    await expect(found?.end()).rejects.toThrow(
      new RegExp(`^Nothing was changed.*MESHDRILL_CONFIRM=${UID} npm run lab:down$`),
    )
  }
  expect(world.server.changes).toHaveLength(before)
  await (await existing({ ...world.options, confirm: UID }).find())?.end()
  expect(world.server.objects.has('/api/v1/namespaces/meshdrill-system')).toBe(false)
})

test('a child process gets its own home folder, verified credentials, and from the shell only proxy variables', async ({
  world,
}) => {
  const { kubeconfig } = await make(world)
  const planted = {
    KUBECONFIG: '/x',
    HELM_KUBEAPISERVER: 'http://b',
    KUBE_TOKEN: 'x',
    HTTP_PROXY: 'http://proxy.invalid',
  }
  Object.assign(process.env, planted)
  try {
    await withChildAccess(kubeconfig, (child) => {
      expect(Object.keys(child.env).filter((name) => /^(HELM_|KUBE)/.test(name))).toEqual([])
      expect(child.env.HOME?.startsWith(dirname(kubeconfig))).toBe(true)
      expect(statSync(child.env.HOME ?? '').mode & 0o777).toBe(0o700)
      expect(child.env.NO_PROXY?.split(',')).toContain('127.0.0.1')
      expect(readFileSync(child.kubeconfig, 'utf8')).toContain('token-of-today')
      return Promise.resolve()
    })
  } finally {
    for (const name of Object.keys(planted)) Reflect.deleteProperty(process.env, name)
  }
})

test('a run finds no files of a run with another UUID, and a changed pin is refused', ({ world }) => {
  const { access } = readContext(world.options.kubeconfigs, 'mine', {})
  const { kubeconfig } = pinAccess(access, { uid: UID, runUid: RUN, holder: 'we' })
  expect(pinOfRun(UID, '99999999-2222-4333-8444-555555555555')).toBeNull()
  expect(() => pinOfRun('../victim', RUN)).toThrow('must be a UUID')
  writeFileSync(kubeconfig, readFileSync(kubeconfig, 'utf8').replace(world.server.url, 'http://127.0.0.1:1'))
  expect(() => pinOfRun(UID, RUN)).toThrow('was changed by another program')
  rmSync(dirname(kubeconfig), { recursive: true })
})
