import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseManifest, podsReady } from '../kube/client.ts'
import type { KubeObject } from '../kube/object.ts'
import { pending, waitFor } from '../kube/wait.ts'
import type { Lab } from '../lab.ts'
import type { BackupTool, InstalledTool } from './tool.ts'
import { startBackup } from './velero-backup.ts'

export const NAMESPACE = 'velero'
const FIELD_LABELS = { node: { name: 'node-agent' }, server: { deploy: 'velero' } }

/** Velero with its node-agent: file-system backup (kopia) into the S3 store. */
export function veleroFileSystem(): BackupTool {
  return {
    name: 'velero',
    strategy: 'file-system',
    requires: () => Promise.resolve([]),
    async install(lab) {
      await lab.cluster.loadImages(
        ['velero/velero', 'velero/velero-plugin-for-aws'].map((name) => lab.artifacts.image(name)),
      )
      const objects = await installObjects(lab)
      const isDefinition = (object: KubeObject) => object.kind === 'CustomResourceDefinition'
      await lab.kube.apply(objects.filter(isDefinition))
      await definitionsEstablished(lab, objects.filter(isDefinition))
      await lab.kube.apply(objects.filter((object) => !isDefinition(object)))
      await lab.kube.apply([volumePolicy])
      await podsReady(lab.kube, NAMESPACE, FIELD_LABELS.server, { timeout: '120s' })
      await podsReady(lab.kube, NAMESPACE, FIELD_LABELS.node, { timeout: '120s' })
      await locationAvailable(lab)
      return attachVelero(lab)
    },
    attach: attachVelero,
  }
}

function attachVelero(lab: Lab): InstalledTool {
  return {
    name: 'velero',
    strategy: 'file-system',
    version: lab.artifacts.component('velero').version,
    namespace: NAMESPACE,
    backup: (namespace, { name }) => startBackup(lab, namespace, { name, volumes: true }),
  }
}

/**
 * The mesh's own emptyDirs hold nothing that outlives a pod, and Velero would back them up one after another. Everything else
 * goes through the file-system path.
 */
const volumePolicy: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'drill-volumes', namespace: NAMESPACE },
  data: {
    'policy.yaml': [
      'version: v1',
      'volumePolicies:',
      '  - { conditions: { volumeTypes: [emptyDir] }, action: { type: skip } }',
      '  - { conditions: { volumeTypes: [local, csi, hostPath] }, action: { type: fs-backup } }',
      '',
    ].join('\n'),
  },
}

/** The objects that `velero install` would make, by its own word. */
async function installObjects(lab: Lab): Promise<KubeObject[]> {
  const velero = await lab.artifacts.binary('velero')
  const { store } = lab
  const folder = await mkdtemp(join(tmpdir(), 'meshdrill-velero-'))
  try {
    const secretFile = join(folder, 'credentials')
    const credentials = `[default]\naws_access_key_id=${store.accessKey}\naws_secret_access_key=${store.secretKey}\n`
    await writeFile(secretFile, credentials, { mode: 0o600 })
    const { stdout } = await promisify(execFile)(
      velero,
      [
        'install',
        '--dry-run',
        '--output=yaml',
        `--namespace=${NAMESPACE}`,
        '--provider=aws',
        `--image=${lab.artifacts.image('velero/velero')}`,
        `--plugins=${lab.artifacts.image('velero/velero-plugin-for-aws')}`,
        `--bucket=${store.bucket}`,
        `--secret-file=${secretFile}`,
        `--backup-location-config=region=${store.region},s3ForcePathStyle=true,s3Url=${store.url}`,
        '--use-volume-snapshots=false',
        '--use-node-agent',
        '--uploader-type=kopia',
        '--default-volumes-to-fs-backup',
        // The default of 4 h would outlast any drill: a stuck volume must end as the failure that it is.
        '--pod-volume-operation-timeout=5m',
        // Its default requests are a quarter of a small machine.
        '--velero-pod-cpu-request=50m',
        '--node-agent-pod-cpu-request=50m',
      ],
      { env: { ...process.env, KUBECONFIG: lab.cluster.kubeconfig }, maxBuffer: 16 << 20 },
    )
    return parseManifest(stdout, 'velero install --dry-run').map(admitFaults)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Chaos Mesh's namespace filter lets faults into annotated namespaces only; the tool's own is one that drills aim at. */
function admitFaults(object: KubeObject): KubeObject {
  if (object.kind !== 'Namespace') return object
  const annotations = { ...object.metadata.annotations, 'chaos-mesh.org/inject': 'enabled' }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

async function definitionsEstablished(lab: Lab, definitions: KubeObject[]): Promise<void> {
  for (const definition of definitions) {
    const name = definition.metadata.name
    const reference = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name } }
    await waitFor(
      `CustomResourceDefinition "${name}" established`,
      async () => {
        const found = await lab.kube.get<Conditioned>(reference)
        const established = found?.status?.conditions?.some((c) => c.type === 'Established' && c.status === 'True')
        return established ? true : pending(found === null ? 'not there' : 'not established')
      },
      { timeout: '30s', every: '50ms' },
    )
  }
}

async function locationAvailable(lab: Lab): Promise<void> {
  const reference = {
    apiVersion: 'velero.io/v1',
    kind: 'BackupStorageLocation',
    metadata: { name: 'default', namespace: NAMESPACE },
  }
  await waitFor(
    'BackupStorageLocation "default" Available',
    async () => {
      const location = await lab.kube.get<KubeObject & { status?: { phase?: string; message?: string } }>(reference)
      const { phase = 'no phase yet', message = '' } = location?.status ?? {}
      return phase === 'Available' ? true : pending(`${phase} ${message}`.trim())
    },
    { timeout: '60s', hint: `kubectl -n ${NAMESPACE} logs deploy/velero` },
  )
}

interface Conditioned extends KubeObject {
  status?: { conditions?: { type: string; status: string }[] }
}
