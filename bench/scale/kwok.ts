import { cacheFolder } from '../../lib/system/environment.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { findCached, makeCached } from '../../lib/clusters/embedded/toolchain/cache.ts'
import type { GoProgram } from '../../lib/lab/built.ts'
import { buildKey, goBuild, goEnvironment, moduleDir } from '../../lib/clusters/embedded/toolchain/go.ts'
import { keepEnds, OUTPUT_LIMIT } from '../../lib/output/shorten.ts'

const module = { path: 'sigs.k8s.io/kwok', version: 'v0.8.0' }

/** The kwok program. It is built like the cluster's components, and only for this bench. */
const program: GoProgram = {
  name: 'kwok',
  folder: join(import.meta.dirname, 'kwok'),
  package: `${module.path}/cmd/kwok`,
  module,
  cgo: false,
  stamps: {},
  coldSeconds: 60,
}

/** Addresses of simulated pods: the range for benchmarks (RFC 2544), which has no other use. */
const POD_RANGE = '198.18.0.1/15'

/** The annotation of a node that kwok simulates. */
export const SIMULATED = { 'kwok.x-k8s.io/node': 'fake' }

/** Path of kwok. Builds it if the toolchain's cache lacks it. */
export async function ensureKwok(log: (line: string) => void): Promise<string> {
  const key = await buildKey(program, await goEnvironment())
  const entry = { folder: join(cacheFolder(), 'bin'), name: program.name, key, suffix: '' }
  const known = await findCached(entry, log)
  if (known !== null) return known
  log(`building ${program.name}`)
  const options = { onProgress: () => undefined, signal: new AbortController().signal }
  return makeCached(entry, (temporary) => goBuild(program, temporary, options))
}

/** Files of kwok's module that keep nodes Ready, and start and end pods at once. */
const STAGES = [
  'node/fast/node-initialize.yaml',
  'node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
  ...['ready', 'complete', 'delete'].map((what) => `pod/fast/pod-${what}.yaml`),
]

export interface RunningKwok {
  /** Rejects when kwok ends before it is stopped. */
  failed: Promise<never>
  stop(): Promise<void>
}

/** Number of parallel leases. With kwok's default of 4, many nodes on a busy machine would look lost. */
const CONFIGURATION = {
  apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
  kind: 'KwokConfiguration',
  options: {
    nodeLeaseDurationSeconds: 40,
    nodeLeaseParallelism: 32,
    // A missing field of a configuration means nothing, not the default.
    ...{ nodePlayStageParallelism: 4, podPlayStageParallelism: 4, podsOnNodeSyncParallelism: 4 },
  },
}

/** Starts kwok. It simulates the nodes with the annotation, and their pods, until it is stopped. */
export async function startKwok(kwok: string, kubeconfig: string): Promise<RunningKwok> {
  const stages = join(await moduleDir(program.folder, module.path), 'kustomize/stage')
  const folder = await mkdtemp(join(tmpdir(), 'meshdrill-kwok-'))
  const file = join(folder, 'kwok.yaml')
  await writeFile(file, stringify(CONFIGURATION))
  const [annotation] = Object.entries(SIMULATED).map(([name, value]) => `${name}=${value}`)
  const options = [
    `--kubeconfig=${kubeconfig}`,
    `--manage-nodes-with-annotation-selector=${annotation ?? ''}`,
    `--cidr=${POD_RANGE}`,
    ...[...STAGES.map((file) => join(stages, file)), file].map((path) => `--config=${path}`),
  ]
  // The kernel ends it if this process ends in any way.
  const command = ['--pdeathsig', 'KILL', kwok, ...options]
  const child = spawn('setpriv', command, { stdio: ['ignore', 'ignore', 'pipe'] })
  const said = keepEnds(OUTPUT_LIMIT)
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.add(text)
  })
  const ended = once(child, 'exit')
  const failed = ended.then(() => Promise.reject(new Error(`kwok has ended. Its output: ${said.text()}`)))
  failed.catch(() => undefined)
  return {
    failed,
    async stop() {
      child.kill()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
