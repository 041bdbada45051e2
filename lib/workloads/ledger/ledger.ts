import { fileURLToPath } from 'node:url'
import { podsReady, readManifest } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Route } from '../../components/mesh.ts'
import { messageOf } from '../../system/message-of.ts'
import { OUTPUT_LIMIT, shortenMiddle } from '../../output/shorten.ts'
import type { IntegrityCheck } from '../../record/facts.ts'
import type { DeployedWorkload, ExpectedData, Workload } from '../workload.ts'
import { checkSeeded } from '../../load/plan.ts'
import { artifacts, IMAGE } from './artifacts.ts'
import { compare } from './compare.ts'
import { ledgerDamage } from './damage.ts'
import { send, sendWell } from './http.ts'
import { parseListing } from './listing.ts'
import { shellCommand } from '../../output/shell-quote.ts'

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
    const objects = await readManifest(new URL('manifest.yaml', import.meta.url))
    const ours = objects.map((object) => withImage(object, lab.artifacts.image(IMAGE)))
    await lab.kube.apply(storageClass === null ? ours : ours.map(onClass(storageClass)), { namespace })
    await podsReady(lab.kube, namespace, LABELS, { timeout: '120s' })
    return deployedLedger(namespace)
  },
}

interface Pods {
  template: { spec: { containers: object[] } }
}

/** The manifest names the image as it is built here. */
function withImage(object: KubeObject, image: string): KubeObject {
  if (object.kind !== 'Deployment') return object
  const spec = object.spec as Pods
  const containers = spec.template.spec.containers.map((container) => ({ ...container, image }))
  const template = { ...spec.template, spec: { ...spec.template.spec, containers } }
  return { ...object, spec: { ...spec, template } }
}

const onClass =
  (storageClassName: string) =>
  (object: KubeObject): KubeObject =>
    object.kind === 'PersistentVolumeClaim'
      ? { ...object, spec: { ...(object.spec as object), storageClassName } }
      : object

/** A ledger that runs, in a namespace. */
export function deployedLedger(namespace: string): DeployedWorkload {
  return {
    namespace,
    service: { namespace, name: 'ledger', port: 80 },
    pods: { labels: LABELS, container: 'ledger' },
    claims: [CLAIM],
    answers: (route) => answering(route, namespace),
    async seed(route, { seed, bytes }) {
      const path = `/seed?bytes=${bytes}&seed=${seed}`
      const records = parseRecords(await sendWell(route, 'POST', path, SEED_TIMEOUT_MS))
      checkSeeded(records)
      return records
    },
    verify: verifyLedger,
    discard: (lab) => discardLedger(lab, namespace),
  }
}

async function discardLedger({ kube }: Lab, namespace: string): Promise<void> {
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: CLAIM, namespace } }
  await kube.delete({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'ledger', namespace } })
  await kube.delete(claim)
  const probe = async () => {
    const pods = (await kube.pods(namespace, LABELS)).length
    const claimed = (await kube.get(claim)) !== null
    return pods > 0 || claimed ? pending(`${pods} pods, the claim ${claimed ? 'still there' : 'gone'}`) : true
  }
  const hint = shellCommand`kubectl -n ${namespace} describe pods,pvc`
  await waitFor(`ledger in namespace "${namespace}" gone`, probe, { timeout: '120s', hint })
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

/** A gateway takes a moment to learn of a route; a refusal until then is no failure. */
async function answering(route: Route, namespace: string): Promise<void> {
  const probe = async () => {
    try {
      const { status } = await send(route, 'GET', '/readyz', 2_000)
      return status === 200 || pending(`answered ${status}`)
    } catch (error) {
      return pending(messageOf(error))
    }
  }
  const hint = shellCommand`kubectl -n ${namespace} get pods,endpointslices -l app=ledger`
  await waitFor(`ledger at ${route.url} (Host ${route.host}) ready`, probe, { timeout: '60s', hint })
}

function parseRecords(body: Buffer): number {
  const answer: unknown = JSON.parse(body.toString('utf8'))
  const records = typeof answer === 'object' && answer !== null && 'records' in answer ? answer.records : null
  if (typeof records === 'number' && Number.isInteger(records) && records > 0) return records
  throw new Error(
    `POST /seed answered ${shortenMiddle(body.toString('utf8'), OUTPUT_LIMIT)}, without the number of records`,
  )
}
