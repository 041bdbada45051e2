import { fileURLToPath } from 'node:url'
import type { KubeObject } from '../../kube/object.ts'
import type { Built } from '../../lab/built.ts'
import { imageByTag, type Published } from '../../lab/published.ts'
import { applyManifest } from '../support/deployment.ts'
import { comparison } from '../support/records/compare.ts'
import { goProgram, ownImage } from '../support/programs.ts'
import { deployedRecords } from '../support/records/service.ts'
import type { Workload } from '../workload.ts'
import { redisDamage } from './damage.ts'
import { sessionPayloads } from './payloads.ts'

const SERVER_IMAGE = 'library/redis'
const SESSIONS_IMAGE = 'meshdrill/sessions'

const programs = [goProgram('sessions', 'redis/sessions', 5)] as const

const published: Published = {
  images: { [SERVER_IMAGE]: imageByTag('docker.io/library/redis:7.0.15-bookworm'), [SESSIONS_IMAGE]: null },
}

/** The service's image holds Redis too: it loads a copy of the append-only file, to check it. */
const artifacts = {
  published,
  built: {
    programs,
    images: {
      [SERVER_IMAGE]: {
        reference: 'localhost/library/redis:1',
        entrypoint: ['/usr/bin/redis-server'],
        user: '10001:10001',
        content: [{ set: 'busybox' }, { host: ['/usr/bin/redis-server'], package: 'redis-server' }],
      },
      [SESSIONS_IMAGE]: {
        ...ownImage('sessions'),
        content: [
          ...ownImage('sessions').content,
          { host: ['/usr/bin/redis-server', '/usr/bin/redis-check-aof'], package: 'redis-server' },
        ],
      },
    },
  } as const satisfies Built,
}

const DEPLOYMENT = { name: 'redis', labels: { app: 'redis' }, claim: 'redis-data' }

/** When Redis has its file written to the disk: `always` before it answers a write, `everysec` within a second after it. */
type Policy = 'everysec' | 'always'

const policies: Record<Policy, Pick<Workload, 'about' | 'loss'>> = {
  everysec: {
    about:
      'A session store on Redis with an append-only file that is synced every second, as it is by default. A write is answered before it is on the disk: a power cut may lose the last second. The check loads a copy of the file into a second Redis, as a restart would.',
    loss: { by: 'writes', unsyncedMs: 1000 },
  },
  always: {
    about:
      'A session store on Redis with an append-only file that is synced before each answer. The check loads a copy of the file into a second Redis, as a restart would.',
    loss: { by: 'writes' },
  },
}

const redisWith = <Name extends string>(name: Name, policy: Policy, brings: Workload['artifacts']): Workload<Name> => ({
  name,
  title: `Redis, appendfsync ${policy}`,
  ...policies[policy],
  images: [SERVER_IMAGE, SESSIONS_IMAGE],
  artifacts: brings,
  answersWithoutVolume: true,
  canaries: sessionPayloads.canaries,
  clients: {
    load: fileURLToPath(new URL('load.ts', import.meta.url)),
    prober: fileURLToPath(new URL('prober.main.ts', import.meta.url)),
  },
  damage: redisDamage,
  async deploy(lab, namespace, { storageClass }) {
    const options = { namespace, labels: DEPLOYMENT.labels, storageClass, edit: withPolicy(policy) }
    await applyManifest(lab, new URL('manifest.yaml', import.meta.url), options)
    return deployedRecords(namespace, DEPLOYMENT, comparison(sessionPayloads))
  },
})

export const redisEverysec = redisWith('redis-everysec', 'everysec', artifacts)
/** Its images are those of the other. */
export const redisAlways = redisWith('redis-always', 'always', null)

/** The manifest reads the policy from a ConfigMap. */
const withPolicy =
  (policy: Policy) =>
  (object: KubeObject): KubeObject =>
    object.kind === 'ConfigMap' ? { ...object, data: { ...(object.data as object), APPENDFSYNC: policy } } : object
