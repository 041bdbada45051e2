import { fileURLToPath } from 'node:url'
import type { Route } from '../../components/mesh.ts'
import { messageOf } from '../../system/file-error.ts'
import { OUTPUT_LIMIT, shortenMiddle } from '../../output/shorten.ts'
import type { IntegrityCheck } from '../../record/facts.ts'
import type { DeployedWorkload, ExpectedData, Workload } from '../workload.ts'
import { checkSeeded } from '../../load/load.ts'
import { compare } from './compare.ts'
import { ledgerDamage } from './damage.ts'
import { applyManifest, discardDeployment, readyAt } from '../support/deployment.ts'
import { sendWell } from '../support/http.ts'
import { parseListing } from './listing.ts'
import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'
import type { Published } from '../../lab/published.ts'

const IMAGE = 'meshdrill/ledger'

const programs = [
  {
    ...{
      name: 'ledger',
      folder: join(import.meta.dirname, '..'),
      package: './ledger',
      module: null,
      cgo: false,
      stamps: {},
    },
    coldSeconds: 5,
  },
] as const satisfies readonly GoProgram[]

const published: Published = { images: { [IMAGE]: null } }

/** Where the service's image comes from. Nobody publishes it: it is written in Go in this folder. */
const artifacts = {
  published,
  built: {
    programs,
    images: {
      [IMAGE]: {
        reference: 'localhost/meshdrill/ledger:1',
        entrypoint: ['/ledger'],
        user: '10001:10001',
        content: [{ built: { '/ledger': 'ledger' } }],
      },
    },
  } as const satisfies Built,
}

const LABELS = { app: 'ledger' }
const CLAIM = 'ledger-data'
const SEED_TIMEOUT_MS = 300_000
const LISTING_TIMEOUT_MS = 60_000

/** The ledger: fixed records in plain files, acknowledged when they are on the disk. Its service is written in Go here. */
export const ledger: Workload<'ledger'> = {
  name: 'ledger',
  title: 'Ledger',
  about:
    'Every record carries its own checksum, place and sequence number, so each acknowledged write is found or counted as lost. It answers a write only when the record is on the disk, as few services do.',
  loss: { by: 'writes' },
  images: [IMAGE],
  artifacts,
  clients: {
    load: fileURLToPath(new URL('load.ts', import.meta.url)),
    prober: fileURLToPath(new URL('prober.main.ts', import.meta.url)),
  },
  damage: ledgerDamage,
  async deploy(lab, namespace, { storageClass }) {
    await applyManifest(lab, new URL('manifest.yaml', import.meta.url), { namespace, labels: LABELS, storageClass })
    return deployedLedger(namespace)
  },
}

/** A ledger that runs, in a namespace. */
export function deployedLedger(namespace: string): DeployedWorkload {
  return {
    namespace,
    service: { namespace, name: 'ledger', port: 80 },
    pods: { labels: LABELS, container: 'ledger' },
    claims: [CLAIM],
    answers: (route) => readyAt(route, { namespace, name: 'ledger', labels: LABELS }),
    async seed(route, { seed, bytes }) {
      const path = `/seed?bytes=${bytes}&seed=${seed}`
      const records = parseRecords(await sendWell(route, 'POST', path, SEED_TIMEOUT_MS))
      checkSeeded(records)
      return records
    },
    verify: verifyLedger,
    discard: ({ kube }) => discardDeployment(kube, namespace, { name: 'ledger', labels: LABELS, claim: CLAIM }),
  }
}

/** Reads every record back and compares it; what stops the reading is the check's `error`. */
async function verifyLedger(route: Route, { since, writes, seed, seeded }: ExpectedData): Promise<IntegrityCheck> {
  try {
    // What is acknowledged while the records are read may come too late for the reading.
    const readFromMs = Date.now()
    const listing = parseListing(await sendWell(route, 'GET', '/records', LISTING_TIMEOUT_MS))
    const expected = { seed, seeded, writes: await writes() }
    return compare(listing, since === 'fault' ? { ...expected, heldBeforeMs: readFromMs } : expected)
  } catch (error) {
    const message = messageOf(error)
    return { objects: 0, bytes: 0, findings: [], slots: [], error: `the records could not be read back: ${message}` }
  }
}

function parseRecords(body: Buffer): number {
  const answer: unknown = JSON.parse(body.toString('utf8'))
  const records = typeof answer === 'object' && answer !== null && 'records' in answer ? answer.records : null
  if (typeof records === 'number' && Number.isInteger(records) && records > 0) return records
  throw new Error(
    `POST /seed answered ${shortenMiddle(body.toString('utf8'), OUTPUT_LIMIT)}, without the number of records`,
  )
}
