import { stringify } from 'yaml'
import { FAULTS_ALLOWED } from '../chaos-mesh/chaos-mesh.ts'
import { podSecurityLabels } from '../../lab/namespaces.ts'
import type { KubeObject } from '../../kube/object.ts'
import { NAMESPACE } from './api.ts'
import { LIMITS } from './location.ts'
import { VOLUME_POLICY } from './methods.ts'

const NODE_AGENT_SETTINGS = 'drill-node-agent'

/** Labels of every pod that moves data. Velero creates one such pod for each volume, with a generated name. */
export const MOVER_LABELS = { 'meshdrill.dev/part': 'mover' }

const configMap = (name: string, data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: NAMESPACE },
  data,
})

/**
 * Skips emptyDirs: the mesh's emptyDirs hold nothing that outlives a pod, and Velero would back up each of them. All other
 * volumes get a file-system backup.
 */
export const volumePolicy = configMap(VOLUME_POLICY, {
  'policy.yaml': stringify({
    version: 'v1',
    volumePolicies: [
      { conditions: { volumeTypes: ['emptyDir'] }, action: { type: 'skip' } },
      { conditions: { volumeTypes: ['local', 'csi', 'hostPath'] }, action: { type: 'fs-backup' } },
    ],
  }),
})

export const nodeAgentSettings = configMap(NODE_AGENT_SETTINGS, {
  'config.json': JSON.stringify({
    // The default is one at a time on a node. Then a stuck volume of an earlier drill would block this drill.
    loadConcurrency: { globalConfig: 2 },
    podLabels: MOVER_LABELS,
  }),
})

/** Flags of the server and the node-agent that `velero install` cannot set. */
const EXTRA_FLAGS: Record<string, string[]> = {
  Deployment: [
    `--default-item-operation-timeout=${LIMITS.itemOperation}`,
    `--resource-timeout=${LIMITS.resource}`,
    `--terminating-resource-timeout=${LIMITS.resource}`,
  ],
  DaemonSet: [
    `--node-agent-configmap=${NODE_AGENT_SETTINGS}`,
    `--data-mover-prepare-timeout=${LIMITS.prepareMover}`,
    `--resource-timeout=${LIMITS.resource}`,
  ],
}

const CONTROL_PLANE = { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }

/** Changes an object of `velero install` for the drills: flags, nodes, tolerations and labels. */
export function adapt(object: KubeObject, systemNodes: Record<string, string>): KubeObject {
  if (object.kind === 'Namespace') return admitFaults(object)
  const flags = EXTRA_FLAGS[object.kind]
  if (flags === undefined) return object
  // The server must survive the loss of a worker node. The node-agent runs on every node.
  const nodeSelector = object.kind === 'Deployment' ? systemNodes : {}
  return configureWorkload(object as Workload, { flags, nodeSelector })
}

function configureWorkload(
  workload: Workload,
  { flags, nodeSelector }: { flags: string[]; nodeSelector: object },
): KubeObject {
  const { spec } = workload
  const pod = spec.template.spec
  const containers = pod.containers.map(({ args, ...container }) => ({ ...container, args: [...args, ...flags] }))
  const tolerations = [CONTROL_PLANE]
  const template = { ...spec.template, spec: { ...pod, containers, nodeSelector, tolerations } }
  return { ...workload, spec: { ...spec, template } }
}

/** Chaos Mesh only injects faults into annotated namespaces. Drills also inject faults into Velero's namespace. */
function admitFaults(object: KubeObject): KubeObject {
  const annotations = { ...object.metadata.annotations, ...FAULTS_ALLOWED }
  // The node-agent reads the volumes of other pods through a hostPath.
  const labels = { ...object.metadata.labels, ...podSecurityLabels('privileged') }
  return { ...object, metadata: { ...object.metadata, annotations, labels } }
}

interface Workload extends KubeObject {
  spec: { template: { spec: { containers: { args: string[] }[] } } }
}
