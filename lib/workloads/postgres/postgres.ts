import { fileURLToPath } from 'node:url'
import type { Built } from '../../lab/built.ts'
import { imageByTag, type Published } from '../../lab/published.ts'
import { applyManifest } from '../support/deployment.ts'
import { comparison } from '../support/records/compare.ts'
import { goProgram, ownImage } from '../support/programs.ts'
import { deployedRecords } from '../support/records/service.ts'
import type { Workload } from '../workload.ts'
import { postgresDamage } from './damage.ts'
import { accountPayloads } from './payloads.ts'

const SERVER_IMAGE = 'library/postgres'
const BANK_IMAGE = 'meshdrill/bank'

const programs = [goProgram('bank', 'postgres/bank', 15)] as const

const published: Published = {
  images: { [SERVER_IMAGE]: imageByTag('docker.io/library/postgres:15.14-bookworm'), [BANK_IMAGE]: null },
}

/** PostgreSQL's programs that run in the pod and the files that they load, by their paths in Debian and the official image. */
const SERVER_FILES = [
  ...['postgres', 'initdb', 'pg_ctl', 'pg_amcheck', 'pg_checksums', 'psql'].map(
    (name) => `/usr/lib/postgresql/*/bin/${name}`,
  ),
  ...['amcheck', 'pageinspect', 'pg_walinspect', 'plpgsql', 'dict_snowball'].map(
    (name) => `/usr/lib/postgresql/*/lib/${name}.so`,
  ),
  '/usr/share/postgresql/*',
]

const artifacts = {
  published,
  built: {
    programs,
    images: {
      [SERVER_IMAGE]: {
        reference: 'localhost/library/postgres:1',
        entrypoint: ['/bin/sh'],
        user: '10001:10001',
        content: [{ set: 'busybox' }, { tree: SERVER_FILES, package: 'postgresql' }],
      },
      [BANK_IMAGE]: ownImage('bank'),
    },
  } as const satisfies Built,
}

const DEPLOYMENT = { name: 'postgres', labels: { app: 'postgres' }, claim: 'postgres-data' }

/** PostgreSQL with data checksums, behind an HTTP service that moves money between accounts. */
export const postgres: Workload<'postgres'> = {
  name: 'postgres',
  title: 'PostgreSQL',
  about:
    'PostgreSQL with data checksums, behind a small HTTP service. Each write is one transaction that also moves money between two accounts. It is answered after COMMIT. The check reads every page on the volume, runs the checks of pg_amcheck, and compares the accounts with their transfers.',
  loss: { by: 'writes' },
  images: [SERVER_IMAGE, BANK_IMAGE],
  artifacts,
  answersWithoutVolume: true,
  canaries: accountPayloads.canaries,
  clients: {
    load: fileURLToPath(new URL('load.ts', import.meta.url)),
    prober: fileURLToPath(new URL('prober.main.ts', import.meta.url)),
  },
  damage: postgresDamage,
  async deploy(lab, namespace, { storageClass }) {
    await applyManifest(lab, new URL('manifest.yaml', import.meta.url), {
      namespace,
      labels: DEPLOYMENT.labels,
      storageClass,
    })
    return deployedRecords(namespace, DEPLOYMENT, comparison(accountPayloads))
  },
}
