import { fileURLToPath } from 'node:url'
import { checkSeeded } from '../../load/load.ts'
import { execute } from '../../kube/exec.ts'
import type { Lab } from '../../lab/lab.ts'
import { OUTPUT_LIMIT, shortenMiddle } from '../../output/shorten.ts'
import { applyManifest, discardDeployment, findRunningPod, readyAt } from '../support/deployment.ts'
import { canariesOf } from '../support/canaries.ts'
import { goProgram, ownImage } from '../support/programs.ts'
import { readBack } from '../support/read-back.ts'
import type { DeployedWorkload, Workload } from '../workload.ts'
import { compareAttributeTrees, parseMissing, type AttributeTree } from './attributes.ts'
import { checkFiles } from './check.ts'
import { seededContent } from './content.ts'
import { filesDamage } from './damage.ts'
import { parseTree, type Tree } from './tree.ts'
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
/** A tree with every attribute of files. The service does not use it. */
const ATTRIBUTES = '/data/attributes'
/** Container that fills the volume and reads the served files with the rights of the service. */
const BESIDE = 'volume'
/** Container that gives files to other users, and reads files of every user. */
const AS_ROOT = 'volume-as-root'
const SEED_TIMEOUT_MS = 300_000
const LISTING_TIMEOUT_MS = 60_000

/** Plain files behind nginx. Clients read them by GET and write them by PUT. */
export const files: Workload<'files'> = {
  name: NAME,
  title: 'Files',
  about:
    'Plain files behind nginx, each written by one PUT, and a tree of files with every attribute. Loss is counted in files: a file is lost if its newest acknowledged content is missing. nginx acknowledges a file before it is on the disk, so a power cut may lose files that no backup could contain.',
  loss: { by: 'files' },
  images: [SERVER_IMAGE, VOLUME_IMAGE],
  artifacts,
  canaries: canariesOf(seededContent),
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
  let made: AttributeTree | null = null
  return {
    namespace,
    service: { namespace, name: NAME, port: 80 },
    pods: { labels: LABELS, container: 'nginx' },
    claims: [CLAIM],
    answers: (route) => readyAt(route, { namespace, name: NAME, labels: LABELS }),
    async seed(_route, { seed, bytes }) {
      const fill = ['seed', '--dir', TREE, '--seed', String(seed), '--bytes', String(bytes)]
      const seeded = parseSeeded(await runVolume(lab, namespace, BESIDE, fill, SEED_TIMEOUT_MS))
      checkSeeded(seeded)
      const make = ['attributes', '--dir', ATTRIBUTES, '--seed', String(seed)]
      const missing = parseMissing(await runVolume(lab, namespace, AS_ROOT, make, SEED_TIMEOUT_MS))
      made = { missing, tree: await readTree(lab, namespace, AS_ROOT, ATTRIBUTES) }
      return seeded
    },
    verify: (_route, data) =>
      readBack(data, {
        what: 'files',
        async read() {
          if (made === null) throw new Error(`folder "${ATTRIBUTES}" was not read before the backup`)
          const place = data.namespace ?? namespace
          const served = await readTree(lab, place, BESIDE, TREE)
          return { served, attributes: compareAttributeTrees(await readTree(lab, place, AS_ROOT, ATTRIBUTES), made) }
        },
        compare({ served, attributes: { findings, attributes } }, expected) {
          const check = checkFiles(served, expected)
          return { ...check, findings: [...check.findings, ...findings], attributes }
        },
      }),
    discard: ({ kube }) => discardDeployment(kube, namespace, { name: NAME, labels: LABELS, claim: CLAIM }),
  }
}

/** Runs a command in a sidecar, which mounts the server's volume. */
async function runVolume(
  lab: Lab,
  namespace: string,
  container: string,
  words: string[],
  timeoutMs: number,
): Promise<string> {
  const pod = await findRunningPod(lab.kube, namespace, LABELS)
  return execute(lab.kube, { namespace, pod, container }, ['/volume', ...words], timeoutMs)
}

const readTree = async (lab: Lab, namespace: string, container: string, folder: string): Promise<Tree> =>
  parseTree(await runVolume(lab, namespace, container, ['tree', '--dir', folder], LISTING_TIMEOUT_MS))

function parseSeeded(output: string): number {
  const answer: unknown = JSON.parse(output)
  const seeded = typeof answer === 'object' && answer !== null && 'files' in answer ? answer.files : null
  if (typeof seeded === 'number' && Number.isInteger(seeded) && seeded > 0) return seeded
  throw new Error(`the program that seeds the files printed ${shortenMiddle(output, OUTPUT_LIMIT)}`)
}
