import { stringify } from 'yaml'
import { FAULTS_ALLOWED } from '../chaos-mesh/chaos-mesh.ts'
import { podSecurityLabels } from '../../lab/namespaces.ts'
import type { KubeObject } from '../../kube/object.ts'
import { NAMESPACE } from './api.ts'
import { LIMITS } from './location.ts'
import { VOLUME_POLICY } from './methods.ts'

const NODE_AGENT_SETTINGS = 'drill-node-agent'

/** On every pod that moves data: each lives as long as one volume takes, under a name of its own. */
export const MOVER_LABELS = { 'meshdrill.dev/part': 'mover' }

const configMap = (name: string, data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: NAMESPACE },
  data,
})

/**
 * The mesh's own emptyDirs hold nothing that outlives a pod, and Velero would back them up one after another. Everything else
 * goes through the file-system path.
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
    // By default one at a time on a node: what an earlier drill left stuck would be waited for.
    loadConcurrency: { globalConfig: 2 },
    podLabels: MOVER_LABELS,
  }),
})

/** What `velero install` has no flags for, or wants to be there before it. */
const FLAGS: Record<string, string[]> = {
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

/** An object of `velero install` as the drills need it. */
export function adapt(object: KubeObject, systemNodes: Record<string, string>): KubeObject {
  if (object.kind === 'Namespace') return admitFaults(object)
  const flags = FLAGS[object.kind]
  if (flags === undefined) return object
  // A worker that is cut off must not take the server along; the node-agent is wherever pods are.
  const nodeSelector = object.kind === 'Deployment' ? systemNodes : {}
  return place(object as Workload, { flags, nodeSelector })
}

function place(workload: Workload, { flags, nodeSelector }: { flags: string[]; nodeSelector: object }): KubeObject {
  const { spec } = workload
  const pod = spec.template.spec
  const containers = pod.containers.map(({ args, ...container }) => ({ ...container, args: [...args, ...flags] }))
  const tolerations = [CONTROL_PLANE]
  const template = { ...spec.template, spec: { ...pod, containers, nodeSelector, tolerations } }
  return { ...workload, spec: { ...spec, template } }
}

/** Chaos Mesh's namespace filter lets faults into annotated namespaces only; the tool's own is one that drills aim at. */
function admitFaults(object: KubeObject): KubeObject {
  const annotations = { ...object.metadata.annotations, ...FAULTS_ALLOWED }
  // The node-agent reads the volumes of other pods in the node's folders.
  const labels = { ...object.metadata.labels, ...podSecurityLabels('privileged') }
  return { ...object, metadata: { ...object.metadata, annotations, labels } }
}

interface Workload extends KubeObject {
  spec: { template: { spec: { containers: { args: string[] }[] } } }
}
