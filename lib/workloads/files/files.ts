import { fileURLToPath } from 'node:url'
import { checkSeeded } from '../../load/load.ts'
import { execute } from '../../kube/exec.ts'
import type { Lab } from '../../lab/lab.ts'
import { OUTPUT_LIMIT, shortenMiddle } from '../../output/shorten.ts'
import { applyManifest, discardDeployment, findRunningPod, readyAt } from '../support/deployment.ts'
import { goProgram, ownImage } from '../support/programs.ts'
import { readBack } from '../support/read-back.ts'
import type { DeployedWorkload, Workload } from '../workload.ts'
import { checkFiles } from './check.ts'
import { filesDamage } from './damage.ts'
import { parseTree } from './tree.ts'
import type { Built } from '../../lab/built.ts'
import { imageByTag, type Published } from '../../lab/published.ts'

const SERVER_IMAGE = 'library/nginx'
const VOLUME_IMAGE = 'meshdrill/volume'

const programs = [goProgram('volume', 'files/volume', 5)] as const

const published: Published = {
  images: { [SERVER_IMAGE]: imageByTag('docker.io/library/nginx:1.28.0'), [VOLUME_IMAGE]: null },
}

/** The server is nginx with its WebDAV module. The Go source of the program in its sidecar is in this folder. */
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
      [VOLUME_IMAGE]: ownImage('volume'),
    },
  } as const satisfies Built,
}

const NAME = 'files'
const LABELS = { app: 'files' }
const CLAIM = 'files-data'
const TREE = '/data/tree'
const SEED_TIMEOUT_MS = 300_000
const LISTING_TIMEOUT_MS = 60_000

/** Plain files behind nginx. Clients read them by GET and write them by PUT. */
export const files: Workload<'files'> = {
  name: NAME,
  title: 'Files',
  about:
    'Plain files behind nginx, each written by one PUT. Loss is counted in files: a file is lost if its newest acknowledged content is missing. nginx acknowledges a file before it is on the disk, so a power cut may lose files that no backup could contain.',
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
    verify: (_route, data) =>
      readBack(data, {
        what: 'files',
        read: async () =>
          parseTree(
            await executeBeside(
              lab,
              data.namespace ?? namespace,
              ['/volume', 'tree', '--dir', TREE],
              LISTING_TIMEOUT_MS,
            ),
          ),
        compare: checkFiles,
      }),
    discard: ({ kube }) => discardDeployment(kube, namespace, { name: NAME, labels: LABELS, claim: CLAIM }),
  }
}

/** Runs a command in the sidecar, which mounts the server's volume. */
async function executeBeside(lab: Lab, namespace: string, command: string[], timeoutMs: number): Promise<string> {
  const pod = await findRunningPod(lab.kube, namespace, LABELS)
  return execute(lab.kube, { namespace, pod, container: 'volume' }, command, timeoutMs)
}

function parseSeeded(output: string): number {
  const answer: unknown = JSON.parse(output)
  const seeded = typeof answer === 'object' && answer !== null && 'files' in answer ? answer.files : null
  if (typeof seeded === 'number' && Number.isInteger(seeded) && seeded > 0) return seeded
  throw new Error(`the program that seeds the files printed ${shortenMiddle(output, OUTPUT_LIMIT)}`)
}
