import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withChildAccess } from '../../kube/access/child.ts'
import { parseManifest } from '../../kube/client.ts'
import { waitForDefinitions } from '../../kube/definitions.ts'
import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import type { StoreEndpoint } from '../../lab/cluster.ts'
import { folderOf, NAMESPACE } from './api.ts'
import { waitForLocation, LIMITS } from './location.ts'
import { adapt, nodeAgentSettings, volumePolicy } from './manifest.ts'
import { shellCommand } from '../../output/shorten.ts'
import { run } from '../../system/run.ts'

const DEFINITION = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }

/** Installs or updates Velero with its node-agent and the S3 plugin. Resolves when Velero reports that the store is available. */
export async function installVelero(lab: Lab): Promise<void> {
  const { artifacts } = lab
  await lab.cluster.loadImages(['velero/velero', 'velero/velero-plugin-for-aws'].map((name) => artifacts.image(name)))
  const objects = (await renderManifests(lab)).map((object) => adapt(object, lab.cluster.systemNodes))
  const ofKind = (...kinds: string[]) => objects.filter(({ kind }) => kinds.includes(kind))
  const definitions = ofKind(DEFINITION.kind)
  const workloads = ofKind('Deployment', 'DaemonSet')
  await lab.kube.apply(definitions)
  await waitForDefinitions(lab.kube, definitions)
  await lab.kube.apply(objects.filter((object) => !definitions.includes(object) && !workloads.includes(object)))
  // The node-agent exits if its settings do not exist.
  await lab.kube.apply([volumePolicy, nodeAgentSettings])
  await lab.kube.apply(workloads)
  for (const workload of workloads) await waitForRollout(lab, workload)
  await waitForLocation(lab, '60s')
}

/** Content of the file with the store's keys, in the format that Velero reads. */
export const credentialsFile = ({ accessKey, secretKey }: StoreEndpoint): string =>
  `[default]\naws_access_key_id=${accessKey}\naws_secret_access_key=${secretKey}\n`

/** The objects that `velero install` would create, from its dry run. */
async function renderManifests(lab: Lab): Promise<KubeObject[]> {
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
      // Velero refuses a bucket that has other folders at its top level.
      `--prefix=${folderOf(lab)}`,
      `--secret-file=${secretFile}`,
      `--backup-location-config=region=${store.region},s3ForcePathStyle=true,s3Url=${store.url}`,
      // This flag means snapshots of cloud disks, not CSI snapshots.
      '--use-volume-snapshots=false',
      ...((await hasSnapshotApi(lab)) ? ['--features=EnableCSI'] : []),
      '--use-node-agent',
      '--uploader-type=kopia',
      `--pod-volume-operation-timeout=${LIMITS.files}`,
      // The default is one at a time. Then a stuck backup of an earlier drill would block this drill.
      '--concurrent-backups=2',
      '--item-block-worker-count=2',
      // The default requests are too large for a small machine.
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

/** Whether the cluster has the snapshot API. With EnableCSI but without this API, every backup ends PartiallyFailed. */
async function hasSnapshotApi(lab: Lab): Promise<boolean> {
  const metadata = { name: 'volumesnapshots.snapshot.storage.k8s.io' }
  return (await lab.kube.get({ ...DEFINITION, metadata })) !== null
}

/** Resolves when each pod of a Deployment or a DaemonSet has the newest template and is available. */
async function waitForRollout(lab: Lab, { apiVersion, kind, metadata }: KubeObject): Promise<void> {
  const { name, namespace = NAMESPACE } = metadata
  await waitFor(
    `${kind} "${name}" of namespace "${namespace}" rolled out`,
    async () => {
      const found = await lab.kube.get<Workload>({ apiVersion, kind, metadata: { name, namespace } })
      const status = found?.status ?? {}
      const seen = (status.observedGeneration ?? 0) >= (found?.metadata.generation ?? 1)
      // A DaemonSet counts nodes, a Deployment counts replicas.
      const wanted = status.desiredNumberScheduled ?? status.replicas ?? 0
      const updated = status.updatedNumberScheduled ?? status.updatedReplicas ?? 0
      const available = status.numberAvailable ?? status.availableReplicas ?? 0
      if (seen && wanted > 0 && updated === wanted && available === wanted) return true
      return pending(`${available} of ${wanted} available, ${updated} up to date${seen ? '' : ', change not observed'}`)
    },
    { timeout: '120s', hint: shellCommand`kubectl -n ${namespace} rollout status ${kind.toLowerCase()}/${name}` },
  )
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
