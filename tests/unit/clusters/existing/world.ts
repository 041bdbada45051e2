import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { ExistingRun } from '../../../../lib/clusters/existing/options.ts'
import { componentsFor } from '../../../../lib/components/needed.ts'
import { startApiServer, type ApiServer, type ApiServerOptions } from '../../stand-ins/api-server.ts'
import { quote } from '../../stand-ins/shell.ts'

export const UID = '0f0e0d0c-0b0a-4908-8706-050403020100'
/** UUID of the run that creates the lab. */
export const RUN = '11111111-2222-4333-8444-555555555555'
const TOKEN = 'token-of-today'

/** A user's cluster, as a stand-in for an API server, and the user's options. */
export interface ExistingWorld {
  server: ApiServer
  options: ExistingRun
  log: string[]
}

/** Stand-ins for programs, which only print their versions. */
const PROGRAMS: Record<string, string> = {
  helm: 'v3.22.0+g1',
  k6: 'k6 v1.8.1 (go1.26)',
  velero: 'Client:\n\tVersion: v1.18.3',
  restic: 'restic 0.18.0 compiled with go1.26',
  versitygw: 'Version  : v1.8.0',
}

export const namespace = (name: string, uid = name) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, uid },
})

/** A Ready node, with the differences in `over`. */
export const node = (name: string, over: { ready?: string; spec?: object; info?: object; images?: string[] } = {}) => ({
  metadata: { name },
  spec: over.spec ?? {},
  status: {
    conditions: [{ type: 'Ready', status: over.ready ?? 'True' }],
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    nodeInfo: { containerRuntimeVersion: 'containerd://2.1.0', kubeletVersion: 'v1.36.0', ...over.info },
    images: (over.images ?? []).map((image) => ({ names: [image] })),
  },
})

/** The default StorageClass, with the differences in `over`. */
export const storageClass = (name: string, over: { reclaimPolicy?: string; default?: boolean } = {}) => ({
  metadata: {
    name,
    annotations: over.default === false ? {} : { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner: `${name}.example.org`,
  reclaimPolicy: over.reclaimPolicy ?? 'Delete',
})

/** Creates the world in `folder`. Its programs are found with the PATH of `usePrograms`. */
export async function makeWorld(folder: string, given: Partial<ApiServerOptions> = {}): Promise<ExistingWorld> {
  // A run's first process sets these variables. The specs' processes are not a run.
  process.env.MESHDRILL_RUN_UID ??= RUN
  const server = await startApiServer({ token: TOKEN, uid: UID, ...given })
  server.objects.set('/api/v1/nodes/one', node('one'))
  server.objects.set('/apis/storage.k8s.io/v1/storageclasses/disks', storageClass('disks'))
  const images = join(folder, 'images.yaml')
  writeFileSync(images, 'meshdrill/ledger: registry.example.org/ledger:1\n')
  const options: ExistingRun = {
    context: 'mine',
    kubeconfigs: [writeKubeconfig(folder, server.url, 'token-of-today')],
    confirm: null,
    artifacts: 'public',
    images,
    k6: 'found',
    power: null,
    systemNodes: {},
    nodeAddress: null,
    storageClass: null,
    snapshotStorageClass: null,
    storagePods: null,
    store: null,
    components: componentsFor({ tools: ['velero', 'restic'], meshes: ['istio'], loadPods: false }),
    workloads: ['ledger'],
  }
  return { server, options, log: [] }
}

export function writeKubeconfig(folder: string, server: string, token: string, current = 'torn'): string {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `kubeconfig-${token}`)
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'here', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'me', user: { token } }],
    contexts: [
      { name: 'mine', context: { cluster: 'here', user: 'me' } },
      { name: 'torn', context: { cluster: 'gone', user: 'me' } },
    ],
    'current-context': current,
  }
  writeFileSync(file, stringify(config))
  return file
}

/** Writes programs that only print their versions, and returns a PATH that finds them. */
export function usePrograms(folder: string, says: Record<string, string> = {}): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  for (const [name, version] of Object.entries({ ...PROGRAMS, ...says })) {
    writeFileSync(
      join(bin, name),
      `#!/bin/sh\necho "$@" >>${quote(`${join(bin, name)}.calls`)}\nprintf '%s' ${quote(version)}\n`,
    )
    chmodSync(join(bin, name), 0o755)
  }
  return `${bin}:/usr/bin:/bin`
}

const TALKING = `accessLogFile: /dev/stdout
defaultConfig: { proxyStatsMatcher: { inclusionRegexps: ['.*downstream_rq_total.*'] } }
`

/** A user's Istio with mesh settings. The default settings are those that drills need. */
export function putIstio({ server: { objects } }: ExistingWorld, mesh = TALKING): void {
  objects.set('/api/v1/namespaces/istio-system', namespace('istio-system'))
  const containers = [{ image: 'docker.io/istio/pilot:1.30.4' }]
  const istiod = { metadata: { name: 'istiod' }, spec: { template: { spec: { containers } } } }
  objects.set('/apis/apps/v1/namespaces/istio-system/deployments/istiod', istiod)
  objects.set('/api/v1/namespaces/istio-system/configmaps/istio', { metadata: { name: 'istio' }, data: { mesh } })
}
