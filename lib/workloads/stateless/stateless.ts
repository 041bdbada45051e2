import { fileURLToPath } from 'node:url'
import type { Lab } from '../../lab/lab.ts'
import { selector } from '../../kube/client.ts'
import { undamaged } from '../damage.ts'
import { applyManifest, discard, readyAt } from '../support/deployment.ts'
import { readBack } from '../support/read-back.ts'
import type { DeployedWorkload, Workload } from '../workload.ts'
import { compareObjects, stateObjects, STATE_LABELS, type FoundObject } from './objects.ts'

const NAME = 'stateless'
const LABELS = { app: NAME }

/** A service without a volume. Its state is ConfigMaps. */
export const stateless: Workload<'stateless'> = {
  name: NAME,
  title: 'Stateless',
  about:
    'nginx with pages from a ConfigMap, and 64 ConfigMaps of 2 KiB. It has no volume, so a drill measures what it costs to bring back objects only. The load writes nothing.',
  loss: { by: 'none', reason: 'the service has no volume, and the load writes nothing to it' },
  withoutVolume: true,
  images: ['library/nginx'],
  artifacts: null,
  clients: {
    load: fileURLToPath(new URL('load.ts', import.meta.url)),
    prober: fileURLToPath(new URL('prober.main.ts', import.meta.url)),
  },
  damage: undamaged,
  async deploy(lab, namespace) {
    const manifest = new URL('manifest.yaml', import.meta.url)
    await applyManifest(lab, manifest, { namespace, labels: LABELS, storageClass: null })
    return deployedStateless(lab, namespace)
  },
}

function deployedStateless({ kube }: Lab, namespace: string): DeployedWorkload {
  return {
    namespace,
    service: { namespace, name: NAME, port: 80 },
    pods: { labels: LABELS, container: 'nginx' },
    claims: [],
    answers: (route) => readyAt(route, { namespace, name: NAME, labels: LABELS }),
    /** `bytes` is the size of a volume, so it does not matter here. */
    async seed(_route, { seed }) {
      const objects = stateObjects(seed)
      await kube.apply(objects, { namespace })
      return objects.length
    },
    verify: (_route, data) =>
      readBack(data, {
        what: 'objects',
        read: () => readObjects(kube, data.namespace ?? namespace),
        compare: (found, { seed }) => compareObjects(found, seed),
      }),
    discard({ kube: client }) {
      const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: NAME } }
      return discard(client, namespace, { name: NAME, labels: LABELS, controllers: [deployment], claims: [] })
    },
  }
}

async function readObjects({ core }: Lab['kube'], namespace: string): Promise<FoundObject[]> {
  const labelSelector = selector(STATE_LABELS)
  const { items } = await core.listNamespacedConfigMap({ namespace, labelSelector })
  return items.map(({ metadata, data = {} }) => ({ name: metadata?.name ?? '', data }))
}
