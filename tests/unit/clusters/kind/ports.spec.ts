import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { expect, test as base } from '@playwright/test'
import { hasNodePower } from '../../../../lib/lab/cluster.ts'
import { readContext } from '../../../../lib/clusters/existing/access/context.ts'
import { pinAccess } from '../../../../lib/clusters/existing/access/run-access.ts'
import { formatNotes } from '../../../../lib/clusters/existing/lease/notes-format.ts'
import { kind } from '../../../../lib/clusters/kind/kind.ts'
import { kindFolder, kubeconfigFile, writeLab } from '../../../../lib/clusters/kind/lab.ts'
import { answersAs, gatewayPortOf, platformProblem } from '../../../../lib/clusters/kind/ports.ts'
import { noopLab } from '../../../../lib/simulation/noop-cluster.ts'
import { readConfig } from '../../../../lib/config/config.ts'
import { storeAddress, storeAddressHere } from '../../../../lib/faults/support/far-ends.ts'
import { nodeOutage } from '../../../../lib/faults/node-outage.ts'
import type { Lab } from '../../../../lib/lab/lab.ts'
import { istio } from '../../../../lib/components/istio/istio.ts'
import { identify } from '../../../../lib/system/process.ts'
import { makeBucket } from '../../../../lib/store/s3.ts'
import { workloads } from '../../../../lib/workloads/index.ts'
import { listSnapshots, repositoryOf } from '../../../../lib/components/restic/repository.ts'
import { makeWorld, namespace, node, RUN, storageClass, UID, usePrograms } from '../existing/world.ts'
import { standIn } from '../../stand-ins/docker.ts'
import { quote } from '../../stand-ins/shell.ts'

/** How a kind cluster is reached whose nodes' own addresses this machine does not reach. */
const test = base.extend<{ server: (server: Server) => Promise<number> }>({
  server: [
    async ({}, use) => {
      const open: Server[] = []
      const { PATH, XDG_STATE_HOME } = process.env
      await use(async (server) => {
        open.push(server)
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
        return (server.address() as AddressInfo).port
      })
      for (const server of open) server.close()
      process.env.PATH = PATH
      if (XDG_STATE_HOME === undefined) delete process.env.XDG_STATE_HOME
      else process.env.XDG_STATE_HOME = XDG_STATE_HOME
    },
    { auto: true },
  ],
})

const KIND = { artifacts: 'public', images: null, k6: 'found', components: [], workloads: [], ports: 'tried' } as const

test('kind drills run on Linux and macOS, and on macOS with public artifacts only', () => {
  expect(platformProblem('linux', 'built')).toBeNull()
  expect(platformProblem('darwin', 'public')).toBeNull()
  expect(platformProblem('darwin', 'built')).toMatch(
    /builds everything on this machine and needs Linux\. Next: MESHDRILL_ARTIFACTS=public$/,
  )
  expect(platformProblem('win32', 'public')).toMatch(/not on win32\. Next: run this in WSL$/)
  expect(readConfig({ MESHDRILL_CLUSTER: 'kind' }).kind?.ports).toBe('tried')
  expect(readConfig({ MESHDRILL_CLUSTER: 'kind', MESHDRILL_KIND_PORTS: 'mapped' }).kind?.ports).toBe('mapped')
  expect(() => readConfig({ MESHDRILL_CLUSTER: 'kind', MESHDRILL_KIND_PORTS: 'open' })).toThrow(/one of tried, mapped/)
})

test('ports are mapped if the user asks for it, or if the control plane does not answer at its address', async ({}, testInfo) => {
  const kubeconfig = testInfo.outputPath('kubeconfig')
  const cluster = { name: 'c', cluster: { server: 'https://127.0.0.1:1', 'insecure-skip-tls-verify': true } }
  const context = { name: 'c', context: { cluster: 'c' } }
  writeFileSync(kubeconfig, JSON.stringify({ clusters: [cluster], contexts: [context], 'current-context': 'c' }))
  const use = (published: string) => {
    const docker = standIn(testInfo.outputPath(published.replace(/\W/g, '-')), 'docker', [
      ['port plane 30080/tcp', published],
      // Nothing answers there.
      ['inspect', '127.254.0.254'],
    ])
    process.env.PATH = docker.path
    return docker
  }
  const docker = use('127.0.0.1:43211')
  expect(await gatewayPortOf('mapped', { node: 'plane', kubeconfig })).toBe(43_211)
  expect(docker.calls()).toEqual(['port plane 30080/tcp'])
  expect(await gatewayPortOf('tried', { node: 'plane', kubeconfig })).toBe(43_211)
  use('none')
  await expect(gatewayPortOf('mapped', { node: 'plane', kubeconfig })).rejects.toThrow(/port 30080 .* is not published/)
})

test('an address belongs to the control plane only if its certificate authority says so', async ({
  server,
}, testInfo) => {
  const make = (name: string, ...more: string[]) => {
    const files = { key: testInfo.outputPath(`${name}.key`), cert: testInfo.outputPath(`${name}.crt`) }
    const forAddress = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', ...more]
    const newKey = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    execFileSync('openssl', [...newKey, '-keyout', files.key, '-out', files.cert, ...forAddress], { stdio: 'ignore' })
    return { key: readFileSync(files.key), cert: readFileSync(files.cert) }
  }
  const [ours, theirs] = [make('ours'), make('theirs')]
  const at = async (made: typeof ours) => ({
    host: '127.0.0.1',
    port: await server(createTlsServer(made)),
    ca: ours.cert,
  })
  expect(await answersAs(await at(ours))).toBe(true)
  expect(await answersAs(await at(theirs))).toBe(false)
  expect(await answersAs({ host: '127.0.0.1', port: await server(createServer()), ca: ours.cert })).toBe(false)
})

test('a cluster with mapped ports is reached by them, and drills do not cut its nodes’ power', async ({}, testInfo) => {
  process.env.XDG_STATE_HOME = testInfo.outputPath('state')
  process.env.PATH = usePrograms(testInfo.outputPath('programs'))
  mkdirSync(kindFolder(), { recursive: true })
  const world = await makeWorld(testInfo.outputPath())
  const kubeconfig = readFileSync(world.options.kubeconfigs[0] ?? '', 'utf8')
  writeFileSync(kubeconfigFile(), kubeconfig.replaceAll('mine', 'kind-meshdrill'))
  const { objects } = world.server
  const plane = node('meshdrill-control-plane')
  const labels = { 'node-role.kubernetes.io/control-plane': '' }
  const addresses = [{ type: 'InternalIP', address: '172.18.0.2' }]
  objects.set('/api/v1/nodes/plane', {
    metadata: { ...plane.metadata, labels },
    ...{ spec: {}, status: { ...plane.status, addresses } },
  })
  objects.set('/apis/storage.k8s.io/v1/storageclasses/meshdrill-local', storageClass('meshdrill-local'))
  objects.set('/api/v1/namespaces/meshdrill-system', namespace('meshdrill-system'))
  const owner = { host: 'here', pid: process.pid, runUid: RUN }
  const notes = { lab: RUN, owner, keep: false, store: null, parts: {}, versions: {}, installed: [] }
  objects.set('/api/v1/namespaces/meshdrill-system/configmaps/meshdrill', {
    metadata: { name: 'meshdrill' },
    data: { 'notes.json': formatNotes(notes) },
  })
  const { access } = readContext([kubeconfigFile()], 'kind-meshdrill')
  pinAccess(access, { uid: UID, runUid: RUN, holder: 'we' })
  objects.set('/apis/coordination.k8s.io/v1/namespaces/meshdrill-system/leases/meshdrill', {
    metadata: { name: 'meshdrill' },
    spec: { holderIdentity: 'we', leaseDurationSeconds: 60, renewTime: new Date().toISOString() },
  })
  const made = { recipe: 'r', createdAt: 'then', keep: false, owner: await identify(process.pid), image: 'i' }
  const attached = (gatewayPort: number | null) => {
    writeLab({ ...made, storage: false, hostPath: null, uid: UID, gatewayPort, loaded: [] })
    return kind(KIND).attach()
  }
  try {
    const mapped = await attached(43_211)
    expect(mapped.nodeAddress()).toBe('127.0.0.1')
    for (const name of workloads.flatMap(({ images }) => images)) expect(mapped.artifacts.image(name)).not.toBe('')
    expect(mapped.mapped).toEqual({ nodePort: 30_080, port: 43_211 })
    const lab = { ...noopLab(), cluster: mapped }
    const why = /^provider "kind" cannot cut the power of a node: .*by mapped ports.*Next: Docker Engine on a Linux/
    expect(await nodeOutage({ volume: 'kept' }).requires(lab)).toEqual([expect.stringMatching(why)])
    const direct = await attached(null)
    expect(direct.nodeAddress()).toBe('172.18.0.2')
    expect([direct.mapped, direct.withoutNodePower, hasNodePower(direct)]).toEqual([undefined, undefined, true])
  } finally {
    await world.server.close()
  }
})

/** A lab whose ingress gateway has a NodePort. */
function labWithGateway(nodePort: number, mapped: Lab['cluster']['mapped']): Lab {
  const lab = noopLab()
  const core = {
    readNamespacedService: () => Promise.resolve({ spec: { ports: [{ name: 'http2', nodePort }] } }),
  } as unknown as Lab['kube']['core']
  const cluster = { ...lab.cluster, ...(mapped === undefined ? {} : { mapped }), nodeAddress: () => '127.0.0.1' }
  return { ...lab, kube: { ...lab.kube, core }, cluster }
}

test('the ingress gateway is reached by the mapped port, or else by its NodePort', async ({ server }) => {
  const port = await server(createServer())
  const urlOf = async (lab: Lab) => {
    const mesh = await istio().attach(lab)
    return (await mesh.expose({ namespace: 'drill', name: 'web', port: 80 })).route.url
  }
  expect(await urlOf(labWithGateway(30_080, { nodePort: 30_080, port }))).toBe(`http://127.0.0.1:${port}`)
  expect(await urlOf(labWithGateway(port, undefined))).toBe(`http://127.0.0.1:${port}`)
  await expect(urlOf(labWithGateway(31_234, { nodePort: 30_080, port }))).rejects.toThrow(
    'has NodePort 31234, but this machine only reaches NodePort 30080',
  )
})

test('a store with two addresses is used at this machine’s one, and pods get the other', async ({
  server,
}, testInfo) => {
  const asked: string[] = []
  const port = await server(
    createServer((request, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
      response.end()
    }),
  )
  const lab = noopLab()
  const store = { ...lab.store, url: 'http://172.18.0.5:9000', here: `http://127.0.0.1:${port}` }
  const drilled = { ...lab, store }
  await makeBucket(store)
  expect(asked).toEqual(['PUT /none'])
  expect(storeAddress(drilled)).toEqual({ host: '172.18.0.5', port: 9000 })
  expect(storeAddressHere(drilled)).toEqual({ host: '127.0.0.1', port })
  expect(storeAddressHere({ ...lab, store: { ...lab.store, url: 'https://s3.example.org' } })).toEqual({
    host: 's3.example.org',
    port: 443,
  })
  const repository = repositoryOf(drilled, { name: 'drill', uid: 'abcdef012345' }, 'manual')
  expect(repository.url).toBe('s3:http://172.18.0.5:9000/none/meshdrill-000000000000/restic/drill/manual/abcdef01')
  const said = testInfo.outputPath('said')
  const restic = testInfo.outputPath('restic')
  writeFileSync(restic, `#!/bin/sh\nprintf %s "$RESTIC_REPOSITORY" > ${quote(said)}\necho '[]'\n`, { mode: 0o755 })
  const artifacts = { ...lab.artifacts, binary: () => Promise.resolve(restic) }
  await listSnapshots({ ...drilled, artifacts }, repository)
  expect(readFileSync(said, 'utf8')).toBe(
    `s3:http://127.0.0.1:${port}/none/meshdrill-000000000000/restic/drill/manual/abcdef01`,
  )
})
