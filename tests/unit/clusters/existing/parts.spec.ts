import { expect, test as base } from '@playwright/test'
import { readContext } from '../../../../lib/clusters/existing/access/context.ts'
import { leaseOf } from '../../../../lib/clusters/existing/lease/lease.ts'
import { readExistingOptions } from '../../../../lib/config/existing.ts'
import { powerBy } from '../../../../lib/clusters/existing/existing.ts'
import { publicArtifacts, readImages, versionServes } from '../../../../lib/clusters/public/artifacts.ts'
import { programs } from '../../../../lib/clusters/public/catalog.ts'
import { readConfig } from '../../../../lib/config/config.ts'
import { makeWorld, type ExistingWorld } from './world.ts'
import { readFile, writeFile } from 'node:fs/promises'

const test = base.extend<{ world: ExistingWorld }>({
  world: async ({}, use, testInfo) => {
    const world = await makeWorld(testInfo.outputPath())
    await use(world)
    await world.server.close()
  },
})

const configOf = ({ options }: ExistingWorld) => readContext(options.kubeconfigs, 'mine').config

test.describe('the lease', () => {
  test('only one run at a time holds the lease, and it can renew and release it', async ({ world }) => {
    const [mine, theirs] = ['ann, process 1', 'bob, process 2'].map((owner) => leaseOf(configOf(world), { owner }))
    await mine?.take()
    await expect(theirs?.take()).rejects.toThrow('in use by ann, process 1, until')
    await expect(theirs?.renew()).rejects.toThrow('lost the lease of the cluster; its holder is ann')
    await mine?.renew()
    await theirs?.release()
    expect((await theirs?.holder())?.owner).toBe('ann, process 1')
    await mine?.release()
    expect(await mine?.holder()).toBeNull()
  })

  test('an expired lease can be taken, unless its holder renews it in the meantime', async ({ world }) => {
    const later = () => Date.now() + 61_000
    const [dead, next] = [
      leaseOf(configOf(world), { owner: 'dead' }),
      leaseOf(configOf(world), { owner: 'next', renewMs: 20, now: later }),
    ]
    await dead.take()
    const watched = new AbortController()
    const taking = next.take().finally(() => {
      watched.abort()
    })
    const refused = expect(taking).rejects.toThrow('in use by dead')
    while (!watched.signal.aborted) await dead.renew()
    await refused
    await next.take()
    await expect(dead.renew()).rejects.toThrow('lost the lease of the cluster; its holder is next')
  })
})

test('the options for an existing cluster are read, and all wrong values are reported at once', () => {
  const env = { MESHDRILL_CLUSTER: 'existing', KUBECONFIG: '/a:/b' }
  const wrong = {
    ...env,
    MESHDRILL_ARTIFACTS: 'stolen',
    MESHDRILL_STOP_NODE: 'ssh {node} off',
    MESHDRILL_S3_URL: 'here',
  }
  expect(() => readConfig(wrong)).toThrow(
    /MESHDRILL_CONTEXT: must name[^]*"stolen" is not known[^]*set both[^]*MESHDRILL_S3_REGION, [^]*must be set too[^]*"here" is not a URL/,
  )
  const right = {
    ...env,
    MESHDRILL_CONTEXT: 'mine',
    MESHDRILL_SYSTEM_NODES: 'node-role.kubernetes.io/control-plane=,pool=system',
    MESHDRILL_STOP_NODE: 'off {node}',
    MESHDRILL_START_NODE: 'on {node}',
  }
  const problems: string[] = []
  expect(readExistingOptions(right, (text) => problems.push(text))).toMatchObject({
    context: 'mine',
    kubeconfigs: ['/a', '/b'],
    systemNodes: { 'node-role.kubernetes.io/control-plane': '', pool: 'system' },
    power: { stop: 'off {node}', start: 'on {node}' },
    store: null,
  })
  expect(problems).toEqual([])
  expect(readConfig({}).existing).toBeNull()
})

test("a node is stopped with the user's command, and an invalid node name never reaches a shell", async ({}, testInfo) => {
  const file = testInfo.outputPath('said')
  await writeFile(file, '')
  const power = powerBy({ stop: `echo stop {node} >> ${file}`, start: 'echo no such node >&2; exit 3; {node}' })
  await power.stopNode('worker-1.example')
  expect(await readFile(file, 'utf8')).toBe('stop worker-1.example\n')
  await expect(power.stopNode('a; rm -rf b')).rejects.toThrow('is not the name of a node')
  await expect(power.startNode('a')).rejects.toThrow(/exit 3; a: no such node$/)
})

test('a program needs at least the pinned version, and exactly that version if it prints manifests', () => {
  const said = (name: string, text: string) =>
    versionServes(programs[name] ?? { ask: [], version: '9', exact: true, install: '' }, text)
  expect([said('helm', 'v3.14.0'), said('helm', 'v4.0.1'), said('helm', 'v3.13.9'), said('helm', 'v2.99')]).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect([said('velero', 'Version: v1.18.9'), said('velero', 'v1.19.0'), said('velero', 'unknown')]).toEqual([
    true,
    false,
    false,
  ])
})

test('public images are pinned and can be replaced by name, except images that only a chart names', async ({}, testInfo) => {
  const artifacts = publicArtifacts({
    images: { 'velero/velero': 'mirror/velero:x' },
    found: { istio: { version: '1.30.4', source: 'there' } },
  })
  expect(artifacts.image('velero/velero')).toBe('mirror/velero:x')
  expect(artifacts.image('restic/restic')).toMatch(/@sha256:[0-9a-f]{64}$/)
  expect(() => artifacts.image('no/such')).toThrow('no image "no/such"')
  expect(artifacts.component('istio')).toEqual({ version: '1.30.4', source: 'there' })
  expect(await artifacts.chart('istio/base')).toMatchObject({ path: 'base', version: '1.31.1' })
  const file = testInfo.outputPath('images.yaml')
  await writeFile(file, 'istio/pilot: mirror/pilot:1\n')
  expect(() => readImages(file)).toThrow('istio/pilot: not a known name')
})
