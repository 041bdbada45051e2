import { fileURLToPath } from 'node:url'
import type { Built } from '../../lab/built.ts'
import type { Published } from '../../lab/published.ts'
import { forEachKind, type Damage } from '../damage.ts'
import { applyManifest, discard, readyAt } from '../support/deployment.ts'
import { goProgram, ownImage } from '../support/programs.ts'
import { comparison } from '../support/records/compare.ts'
import { seedRecords, verifyRecords } from '../support/records/service.ts'
import type { DeployedWorkload, Workload } from '../workload.ts'
import { orderPayloads } from './payloads.ts'

const IMAGE = 'meshdrill/orders'

const artifacts = {
  published: { images: { [IMAGE]: null } } satisfies Published,
  built: {
    programs: [goProgram('orders', 'two-volumes/orders', 5)] as const,
    images: { [IMAGE]: ownImage('orders') },
  } as const satisfies Built,
}

const NAME = 'two-volumes'
const LABELS = { app: NAME }
const CLAIMS = [`${NAME}-orders`, `${NAME}-stock`]

const elsewhere = { impossible: 'this service shows volumes that disagree; damage within one is drilled with others' }
const damage: Damage = { image: IMAGE, commands: forEachKind(() => elsewhere), fill: elsewhere }

/** A log of orders on one volume and a table of stock on another, which must agree. */
export const twoVolumes: Workload<'two-volumes'> = {
  name: NAME,
  title: 'Two volumes',
  about:
    'Each write goes to an order log on one volume, and then to a stock table on another. It is answered when both are on the disk. A backup that takes the volumes one after another is torn across them: the check names the one or two orders that show it. Loss is counted in the order log.',
  loss: { by: 'writes' },
  images: [IMAGE],
  artifacts,
  answersWithoutVolume: true,
  clients: {
    load: fileURLToPath(new URL('load.ts', import.meta.url)),
    prober: fileURLToPath(new URL('prober.main.ts', import.meta.url)),
  },
  damage,
  canaries: orderPayloads.canaries,
  async deploy(lab, namespace, { storageClass }) {
    await applyManifest(lab, new URL('manifest.yaml', import.meta.url), { namespace, labels: LABELS, storageClass })
    return deployedTwoVolumes(namespace)
  },
}

const deployedTwoVolumes = (namespace: string): DeployedWorkload => ({
  namespace,
  service: { namespace, name: NAME, port: 80 },
  pods: { labels: LABELS, container: 'orders' },
  claims: CLAIMS,
  answers: (route) => readyAt(route, { namespace, name: NAME, labels: LABELS }),
  seed: seedRecords,
  verify: (route, data) => verifyRecords(route, data, comparison(orderPayloads)),
  discard({ kube }) {
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: NAME } }
    return discard(kube, namespace, { name: NAME, labels: LABELS, controllers: [deployment], claims: CLAIMS })
  },
})
