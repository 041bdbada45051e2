import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withChildAccess } from '../../kube/access/child.ts'
import { parseManifest } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import type { StoreEndpoint } from '../../lab/cluster.ts'
import { folderOf, NAMESPACE } from './api.ts'
import { locationAvailable, LIMITS } from './location.ts'
import { adapt, nodeAgentSettings, volumePolicy } from './manifest.ts'
import { shellCommand } from '../../output/shorten.ts'
import { run } from '../../system/run.ts'

const DEFINITION = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }

/** Installs Velero with its node-agent and the plugin for S3, or changes what is there; resolves when the store serves. */
export async function installVelero(lab: Lab): Promise<void> {
  const { artifacts } = lab
  await lab.cluster.loadImages(['velero/velero', 'velero/velero-plugin-for-aws'].map((name) => artifacts.image(name)))
  const objects = (await installObjects(lab)).map((object) => adapt(object, lab.cluster.systemNodes))
  const ofKind = (...kinds: string[]) => objects.filter(({ kind }) => kinds.includes(kind))
  const definitions = ofKind(DEFINITION.kind)
  const workloads = ofKind('Deployment', 'DaemonSet')
  await lab.kube.apply(definitions)
  await definitionsEstablished(lab, definitions)
  await lab.kube.apply(objects.filter((object) => !definitions.includes(object) && !workloads.includes(object)))
  // The node-agent ends where its settings are not there.
  await lab.kube.apply([volumePolicy, nodeAgentSettings])
  await lab.kube.apply(workloads)
  for (const workload of workloads) await rolledOut(lab, workload)
  await locationAvailable(lab, '60s')
}

/** What Velero takes the store's keys from. */
export const credentialsFile = ({ accessKey, secretKey }: StoreEndpoint): string =>
  `[default]\naws_access_key_id=${accessKey}\naws_secret_access_key=${secretKey}\n`

/** The objects that `velero install` would make, by its own word. */
async function installObjects(lab: Lab): Promise<KubeObject[]> {
  const velero = await lab.artifacts.binary('velero')
  const { store } = lab
  const folder = await mkdtemp(join(tmpdir(), 'meshdrill-velero-'))
  try {
    const secretFile = join(folder, 'credentials')
    await writeFile(secretFile, credentialsFile(store), { mode: 0o600 })
    const command = [
      'install',
      '--dry-run',
      '--output=yaml',
      `--namespace=${NAMESPACE}`,
      '--provider=aws',
      `--image=${lab.artifacts.image('velero/velero')}`,
      `--plugins=${lab.artifacts.image('velero/velero-plugin-for-aws')}`,
      `--bucket=${store.bucket}`,
      // Velero takes no bucket at whose top others keep something too.
      `--prefix=${folderOf(lab)}`,
      `--secret-file=${secretFile}`,
      `--backup-location-config=region=${store.region},s3ForcePathStyle=true,s3Url=${store.url}`,
      // Those are the snapshots of a cloud.
      '--use-volume-snapshots=false',
      ...((await knowsSnapshots(lab)) ? ['--features=EnableCSI'] : []),
      '--use-node-agent',
      '--uploader-type=kopia',
      `--pod-volume-operation-timeout=${LIMITS.files}`,
      // By default one at a time: a backup that an earlier drill left stuck would be waited for.
      '--concurrent-backups=2',
      '--item-block-worker-count=2',
      // Its default requests are a quarter of a small machine.
      '--velero-pod-cpu-request=50m',
      '--node-agent-pod-cpu-request=50m',
    ]
    const stdout = await withChildAccess(lab.cluster.kubeconfig, ({ kubeconfig, env }) =>
      run(velero, command, { env: { ...env, KUBECONFIG: kubeconfig } }),
    )
    return parseManifest(stdout, 'velero install --dry-run')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Where the feature is on and these kinds are not there, every backup of whatever volumes ends PartiallyFailed. */
async function knowsSnapshots(lab: Lab): Promise<boolean> {
  const metadata = { name: 'volumesnapshots.snapshot.storage.k8s.io' }
  return (await lab.kube.get({ ...DEFINITION, metadata })) !== null
}

async function definitionsEstablished(lab: Lab, definitions: KubeObject[]): Promise<void> {
  for (const { metadata } of definitions) {
    const { name } = metadata
    await waitFor(
      `CustomResourceDefinition "${name}" established`,
      async () => {
        const found = await lab.kube.get<Conditioned>({ ...DEFINITION, metadata: { name } })
        const established = found?.status?.conditions?.some((c) => c.type === 'Established' && c.status === 'True')
        return established ? true : pending(found === null ? 'not there' : 'not established')
      },
      { timeout: '30s', every: '50ms' },
    )
  }
}

/** Resolves when each pod of a Deployment or a DaemonSet is of its newest template, and available. */
async function rolledOut(lab: Lab, { apiVersion, kind, metadata }: KubeObject): Promise<void> {
  const { name, namespace = NAMESPACE } = metadata
  await waitFor(
    `${kind} "${name}" of namespace "${namespace}" rolled out`,
    async () => {
      const found = await lab.kube.get<Workload>({ apiVersion, kind, metadata: { name, namespace } })
      const status = found?.status ?? {}
      const seen = (status.observedGeneration ?? 0) >= (found?.metadata.generation ?? 1)
      // A DaemonSet counts nodes, a Deployment replicas.
      const wanted = status.desiredNumberScheduled ?? status.replicas ?? 0
      const updated = status.updatedNumberScheduled ?? status.updatedReplicas ?? 0
      const available = status.numberAvailable ?? status.availableReplicas ?? 0
      if (seen && wanted > 0 && updated === wanted && available === wanted) return true
      return pending(`${available} of ${wanted} available, ${updated} up to date${seen ? '' : ', the change not seen'}`)
    },
    { timeout: '120s', hint: shellCommand`kubectl -n ${namespace} rollout status ${kind.toLowerCase()}/${name}` },
  )
}

interface Conditioned extends KubeObject {
  status?: { conditions?: { type: string; status: string }[] }
}

interface Workload extends KubeObject {
  metadata: KubeObject['metadata'] & { generation?: number }
  status?: Partial<
    Record<
      | 'observedGeneration'
      | 'desiredNumberScheduled'
      | 'updatedNumberScheduled'
      | 'numberAvailable'
      | 'replicas'
      | 'updatedReplicas'
      | 'availableReplicas',
      number
    >
  >
}
