import { fileURLToPath } from 'node:url'
import type { DeployedWorkload, Workload } from '../workload.ts'
import { compare } from './compare.ts'
import { ledgerDamage } from './damage.ts'
import { applyManifest } from '../support/deployment.ts'
import { goProgram, ownImage } from '../support/programs.ts'
import { deployedRecords } from '../support/records/service.ts'
import { parseListing } from './listing.ts'
import { ledgerPayloads } from './payload.ts'
import type { Built } from '../../lab/built.ts'
import type { Published } from '../../lab/published.ts'

const IMAGE = 'meshdrill/ledger'

const programs = [goProgram('ledger', 'ledger', 5)] as const

const published: Published = { images: { [IMAGE]: null } }

/** Sources of the service's image. It is built from the Go program in this folder. */
const artifacts = {
  published,
  built: {
    programs,
    images: { [IMAGE]: ownImage('ledger') },
  } as const satisfies Built,
}

const LABELS = { app: 'ledger' }
const CLAIM = 'ledger-data'

/** The ledger: records of a fixed size in plain files. A write is acknowledged when it is on the disk. */
export const ledger: Workload<'ledger'> = {
  name: 'ledger',
  title: 'Ledger',
  about:
    'Every record has its own checksum, place and sequence number, so each acknowledged write is found or counted as lost. The service answers a write only when the record is on the disk. Few services do so.',
  loss: { by: 'writes' },
  images: [IMAGE],
  artifacts,
  canaries: ledgerPayloads.canaries,
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

/** The handle of a ledger that runs in `namespace`. */
export const deployedLedger = (namespace: string): DeployedWorkload =>
  deployedRecords(namespace, { name: 'ledger', labels: LABELS, claim: CLAIM }, (listing, expected) =>
    compare(parseListing(listing), expected),
  )
