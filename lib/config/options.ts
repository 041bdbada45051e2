import { PORTS } from '../clusters/kind/ports.ts'
import { namesOf, type ToolName, tools } from '../components/tools.ts'
import { MESHES, USUAL_MESH, USUAL_WORKLOAD, WORKLOADS, type MeshName, type WorkloadName } from '../matrix/axes.ts'
import { parseDuration } from '../system/duration.ts'
import { CLUSTERS, type ClusterName, option, type OptionGroup } from './option.ts'
import * as values from './values.ts'

export const TOOLS = namesOf(tools)
export const MATRICES = ['slice', 'full'] as const

const { oneOf, whole } = values
const ANY: readonly ClusterName[] = CLUSTERS
const EXISTING: readonly ClusterName[] = ['existing']
const NOT_EMBEDDED: readonly ClusterName[] = ['kind', 'existing']
const EVERYWHERE = { clusters: ANY }
const text = (variable: string, what: string, parse: (text: string) => string) =>
  option<string | null>({ variable, what, clusters: EXISTING, fallback: null, parse })

/** The cluster: every other option is checked against it. Its fallback depends on the machine. */
export const clusterOption = {
  cluster: option<ClusterName | null>({
    ...{ variable: 'MESHDRILL_CLUSTER', what: 'the cluster that is drilled', ...EVERYWHERE, fallback: null },
    parse: oneOf(CLUSTERS),
  }),
}

/** What has an effect with every cluster. */
export const generalOptions = {
  tool: option<ToolName | null>({
    ...{ variable: 'MESHDRILL_TOOL', what: 'the only tool to drill', ...EVERYWHERE, fallback: null },
    parse: oneOf(TOOLS),
  }),
  matrix: option<(typeof MATRICES)[number]>({
    ...{ variable: 'MESHDRILL_MATRIX', what: 'which rows are drilled', ...EVERYWHERE, fallback: 'slice' },
    parse: oneOf(MATRICES),
  }),
  meshes: option<readonly MeshName[]>({
    ...{ variable: 'MESHDRILL_MESH', what: 'the meshes', ...EVERYWHERE, fallback: [USUAL_MESH] },
    parse: values.listOf(MESHES),
  }),
  workloads: option<readonly WorkloadName[]>({
    ...{ variable: 'MESHDRILL_WORKLOAD', what: 'the workloads', ...EVERYWHERE, fallback: [USUAL_WORKLOAD] },
    parse: values.listOf(WORKLOADS),
  }),
  keep: option<boolean>({
    ...{ variable: 'MESHDRILL_KEEP', what: 'whether the lab stays after the run', ...EVERYWHERE, fallback: false },
    parse: (given) => oneOf(['0', '1'])(given) === '1',
  }),
  cell: option<string | null>({
    ...{ variable: 'MESHDRILL_CELL', what: 'name of the run in a merge', ...EVERYWHERE, fallback: null },
    parse: values.cellName,
  }),
  seed: option({
    ...{ variable: 'MESHDRILL_SEED', what: 'seed for all random choices', ...EVERYWHERE, fallback: 1 },
    parse: whole(0, 2 ** 31),
  }),
  repetitions: option({
    ...{ variable: 'MESHDRILL_REPETITIONS', what: 'how often each row is drilled', ...EVERYWHERE, fallback: 1 },
    parse: whole(1, 1000),
  }),
  rtoMs: option<number | null>({
    ...{ variable: 'MESHDRILL_RTO', what: 'objective in place of every spec’s', ...EVERYWHERE, fallback: null },
    parse: parseDuration,
  }),
  rpoMs: option<number | null>({
    ...{ variable: 'MESHDRILL_RPO', what: 'objective in place of every spec’s', ...EVERYWHERE, fallback: null },
    parse: parseDuration,
  }),
  volumeBytes: option({
    ...{ variable: 'MESHDRILL_VOLUME_MIB', what: 'size of the volume', ...EVERYWHERE, fallback: 128 << 20 },
    parse: (given) => whole(1, 4096)(given) * (1 << 20),
  }),
  loadRps: option({
    ...{ variable: 'MESHDRILL_LOAD_RPS', what: 'requests per second', ...EVERYWHERE, fallback: 40 },
    parse: whole(1, 1000),
  }),
  probeHz: option({
    ...{ variable: 'MESHDRILL_PROBE_HZ', what: 'probes per second', ...EVERYWHERE, fallback: 100 },
    parse: whole(1, 200),
  }),
  loadParallelism: option({
    ...{ variable: 'MESHDRILL_LOAD_PARALLELISM', what: 'pods that share the load', ...EVERYWHERE, fallback: 0 },
    parse: whole(0, 100),
  }),
  loadNodes: option<Record<string, string> | null>({
    ...{ variable: 'MESHDRILL_LOAD_NODES', what: 'labels of the nodes of those pods', ...EVERYWHERE, fallback: null },
    parse: values.labels,
  }),
}

/** Where components come from, of any cluster that is not the embedded one. */
export const sourceOptions = {
  artifacts: option<'public' | 'built'>({
    ...{ variable: 'MESHDRILL_ARTIFACTS', what: 'where components come from', clusters: NOT_EMBEDDED },
    ...{ fallback: 'public', parse: oneOf(['public', 'built']) },
  }),
  images: option<string | null>({
    ...{ variable: 'MESHDRILL_IMAGES', what: 'file of references in place of the public ones', clusters: NOT_EMBEDDED },
    ...{ fallback: null, parse: values.existingFile },
  }),
  k6: option<'found' | 'container'>({
    ...{ variable: 'MESHDRILL_K6', what: 'what runs the load; the embedded cluster has a k6 of its own' },
    clusters: NOT_EMBEDDED,
    ...{ fallback: 'found', parse: oneOf(['found', 'container']) },
  }),
}

export const kindOptions = {
  ports: option<(typeof PORTS)[number]>({
    ...{ variable: 'MESHDRILL_KIND_PORTS', what: 'how this machine reaches the nodes', clusters: ['kind'] },
    ...{ fallback: 'tried', parse: oneOf(PORTS) },
  }),
}

export const existingOptions = {
  context: text('MESHDRILL_CONTEXT', 'context of the cluster', values.contextName),
  confirm: text('MESHDRILL_CONFIRM', 'UID of the cluster that is meant', values.uid),
  stopNode: text('MESHDRILL_STOP_NODE', "command that cuts a node's power", values.nodeCommand),
  startNode: text('MESHDRILL_START_NODE', "command that gives a node's power back", values.nodeCommand),
  systemNodes: option<Record<string, string>>({
    ...{ variable: 'MESHDRILL_SYSTEM_NODES', what: 'labels of nodes that no drill cuts off', clusters: EXISTING },
    ...{ fallback: {}, parse: values.labels },
  }),
  nodeAddress: text('MESHDRILL_NODE_ADDRESS', 'where NodePorts are reached', values.nodeAddress),
  storageClass: text('MESHDRILL_STORAGE_CLASS', 'class of volumes', values.objectName),
  snapshotStorageClass: text('MESHDRILL_SNAPSHOT_STORAGE_CLASS', 'class of volumes', values.objectName),
  storagePods: option<{ namespace: string; prefix: string } | null>({
    ...{ variable: 'MESHDRILL_STORAGE_PODS', what: 'pods that take snapshots', clusters: EXISTING },
    ...{ fallback: null, parse: values.podPrefix },
  }),
}

/** The user's own store: all of it or nothing. */
export const storeOptions = {
  url: text('MESHDRILL_S3_URL', 'S3 store', values.storeUrl),
  region: text('MESHDRILL_S3_REGION', 'its region', values.region),
  bucket: text('MESHDRILL_S3_BUCKET', 'its bucket', values.bucketName),
  accessKey: text('MESHDRILL_S3_ACCESS_KEY', 'its access key', values.storeKey),
  secretKey: text('MESHDRILL_S3_SECRET_KEY', 'its secret key', values.storeKey),
}

/** Every option. A new group is added here, else its variables are unknown. */
export const OPTIONS = [
  clusterOption,
  generalOptions,
  sourceOptions,
  kindOptions,
  existingOptions,
  storeOptions,
].flatMap((group: OptionGroup) => Object.values(group))

/** Variables that meshdrill sets for its own processes and tests. No user sets them. */
export const INTERNAL_VARIABLES = [
  'MESHDRILL_RUN_DIR',
  'MESHDRILL_OWNER_PID',
  'MESHDRILL_RUN_UID',
  'MESHDRILL_LOCK',
  'MESHDRILL_K6_PROGRAM',
]
