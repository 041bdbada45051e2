import { fileURLToPath } from 'node:url'
import { checkSeeded } from '../../load/load.ts'
import { execute } from '../../kube/exec.ts'
import type { Lab } from '../../lab/lab.ts'
import { OUTPUT_LIMIT, shortenMiddle } from '../../output/shorten.ts'
import type { IntegrityCheck } from '../../record/facts.ts'
import { messageOf } from '../../system/file-error.ts'
import { applyManifest, discardDeployment, readyAt } from '../support/deployment.ts'
import type { DeployedWorkload, ExpectedData, Workload } from '../workload.ts'
import { checkFiles } from './check.ts'
import { filesDamage } from './damage.ts'
import { parseTree } from './tree.ts'
import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'
import { imageByTag, type Published } from '../../lab/published.ts'

const SERVER_IMAGE = 'library/nginx'
const VOLUME_IMAGE = 'meshdrill/volume'

const programs = [
  {
    ...{ name: 'volume', folder: join(import.meta.dirname, '..'), package: './files/volume', module: null, cgo: false },
    stamps: {},
    coldSeconds: 5,
  },
] as const satisfies readonly GoProgram[]

const published: Published = {
  images: { [SERVER_IMAGE]: imageByTag('docker.io/library/nginx:1.28.0'), [VOLUME_IMAGE]: null },
}

/** The server is nginx, with its module for PUT. The program beside it, which nobody publishes, is written in Go in this folder. */
const artifacts = {
  published,
  built: {
    programs,
    images: {
      [SERVER_IMAGE]: {
        reference: 'localhost/library/nginx:1',
        entrypoint: ['/usr/sbin/nginx'],
        user: '10001:10001',
        content: [{ host: ['/usr/sbin/nginx'], package: 'nginx' }],
      },
      [VOLUME_IMAGE]: {
        reference: 'localhost/meshdrill/volume:1',
        entrypoint: ['/volume'],
        user: '10001:10001',
        content: [{ built: { '/volume': 'volume' } }],
      },
    },
  } as const satisfies Built,
}

const NAME = 'files'
const LABELS = { app: 'files' }
const CLAIM = 'files-data'
const TREE = '/data/tree'
const SEED_TIMEOUT_MS = 300_000
const LISTING_TIMEOUT_MS = 60_000

/** Plain files behind nginx, which clients read by GET and write by PUT. */
export const files: Workload<'files'> = {
  name: NAME,
  title: 'Files',
  about:
    'Plain files behind nginx, written whole by PUT. Loss is counted in files: one file is lost if its newest acknowledged content is missing. nginx acknowledges a file before it is on the disk, so a power cut may lose files that no backup could hold.',
  loss: { by: 'files' },
  images: [SERVER_IMAGE, VOLUME_IMAGE],
  artifacts,
  clients: {
    load: fileURLToPath(new URL('load.ts', import.meta.url)),
    prober: fileURLToPath(new URL('prober.main.ts', import.meta.url)),
  },
  damage: filesDamage,
  async deploy(lab, namespace, { storageClass }) {
    await applyManifest(lab, new URL('manifest.yaml', import.meta.url), { namespace, labels: LABELS, storageClass })
    return deployedFiles(lab, namespace)
  },
}

function deployedFiles(lab: Lab, namespace: string): DeployedWorkload {
  return {
    namespace,
    service: { namespace, name: NAME, port: 80 },
    pods: { labels: LABELS, container: 'nginx' },
    claims: [CLAIM],
    answers: (route) => readyAt(route, { namespace, name: NAME, labels: LABELS }),
    async seed(_route, { seed, bytes }) {
      const command = ['/volume', 'seed', '--dir', TREE, '--seed', String(seed), '--bytes', String(bytes)]
      const seeded = parseSeeded(await executeBeside(lab, namespace, command, SEED_TIMEOUT_MS))
      checkSeeded(seeded)
      return seeded
    },
    verify: (_route, expected) => verifyFiles(lab, expected.namespace ?? namespace, expected),
    discard: ({ kube }) => discardDeployment(kube, namespace, { name: NAME, labels: LABELS, claim: CLAIM }),
  }
}

/** Runs a command of the program that stands beside the server, on the same volume. */
async function executeBeside(lab: Lab, namespace: string, command: string[], timeoutMs: number): Promise<string> {
  const pods = await lab.kube.pods(namespace, LABELS)
  const pod = pods.find(({ metadata, status }) => !metadata?.deletionTimestamp && status?.phase === 'Running')
  const name = pod?.metadata?.name
  if (name === undefined) throw new Error(`no pod of the files runs in namespace "${namespace}"`)
  return execute(lab.kube, { namespace, pod: name, container: 'volume' }, command, timeoutMs)
}

async function verifyFiles(
  lab: Lab,
  namespace: string,
  { seed, seeded, writes, since }: ExpectedData,
): Promise<IntegrityCheck> {
  try {
    // What is acknowledged while the files are read may come too late for the reading.
    const readFromMs = Date.now()
    const listing = await executeBeside(lab, namespace, ['/volume', 'tree', '--dir', TREE], LISTING_TIMEOUT_MS)
    const expected = { seed, seeded, writes: await writes() }
    return checkFiles(parseTree(listing), since === 'fault' ? { ...expected, heldBeforeMs: readFromMs } : expected)
  } catch (error) {
    const message = messageOf(error)
    return { objects: 0, bytes: 0, findings: [], slots: [], error: `the files could not be read back: ${message}` }
  }
}

function parseSeeded(output: string): number {
  const answer: unknown = JSON.parse(output)
  const seeded = typeof answer === 'object' && answer !== null && 'files' in answer ? answer.files : null
  if (typeof seeded === 'number' && Number.isInteger(seeded) && seeded > 0) return seeded
  throw new Error(`the program that seeds the files printed ${shortenMiddle(output, OUTPUT_LIMIT)}`)
}
