import { PORTS } from '../clusters/kind/ports.ts'
import { unpublishedImages } from '../clusters/public/catalog.ts'
import { namesOf, tools } from '../components/tools.ts'
import { MESHES, USUAL_MESH, USUAL_WORKLOAD, WORKLOADS, type MeshName, type WorkloadName } from '../matrix/axes.ts'
import { parseDuration } from '../system/quantity.ts'
import { flag, labels, listOf, object, oneOf, parsed, whole } from './kinds.ts'
import { CLUSTERS, option, type ClusterName, type OptionGroup } from './option.ts'
import { applicationSchema } from '../workloads/application/definition.ts'
import * as values from './values.ts'

export const TOOLS = namesOf(tools)
export const MATRICES = ['slice', 'full'] as const

const EVERYWHERE = { clusters: CLUSTERS }
const NOT_EMBEDDED = { clusters: ['kind', 'existing'] as readonly ClusterName[] }
const KIND = { clusters: ['kind'] as readonly ClusterName[] }
const EXISTING = { clusters: ['existing'] as readonly ClusterName[] }
const NONE = { fallback: null, usual: 'none' } as const

/** The cluster: every other option is checked against it. Its fallback depends on the machine. */
export const clusterOption = {
  cluster: option({
    ...{ what: 'the cluster that is drilled', ...EVERYWHERE, kind: oneOf(CLUSTERS) },
    ...{ fallback: null, usual: 'the machine decides, see below' },
  }),
}

/** Options that have an effect with every cluster. */
export const generalOptions = {
  tool: option({ what: 'the only tool to drill', ...EVERYWHERE, kind: oneOf(TOOLS), fallback: null, usual: 'all' }),
  matrix: option({
    what: '`full` drills every row that can be drilled, `slice` a choice of them',
    ...{ ...EVERYWHERE, kind: oneOf(MATRICES), fallback: 'slice' },
  }),
  mesh: option({
    what: 'the meshes to drill on. Each mesh has a lab of its own, one after the other',
    ...{ ...EVERYWHERE, kind: listOf(MESHES), fallback: [USUAL_MESH] as readonly MeshName[] },
  }),
  workload: option({
    what: 'the workloads to drill',
    ...{ ...EVERYWHERE, kind: listOf(WORKLOADS), fallback: [USUAL_WORKLOAD] as readonly WorkloadName[] },
  }),
  application: option({
    what: 'your own application, which `MESHDRILL_WORKLOAD=application` drills. See [drill your application](application.md)',
    ...{ ...EVERYWHERE, kind: object(applicationSchema), ...NONE },
  }),
  keep: option({
    what: 'keeps the lab for the next run, which attaches to it in seconds. `npm run lab:down` ends it',
    ...{ ...EVERYWHERE, kind: flag, fallback: false, usual: '`0`' },
  }),
  cell: option({
    what: 'name of the run among those that it will be merged with',
    ...{ ...EVERYWHERE, kind: parsed(values.cellName), ...NONE },
  }),
  seed: option({ what: 'seed for all random choices', ...EVERYWHERE, kind: whole(0, 2 ** 31), fallback: 1 }),
  repetitions: option({
    what: 'how often each row is drilled, in rounds',
    ...{ ...EVERYWHERE, kind: whole(1, 1000), fallback: 1 },
  }),
  rto: option({
    what: 'time to recover that replaces the objective of every spec, such as `90s`',
    ...{ ...EVERYWHERE, kind: parsed(parseDuration), fallback: null, usual: 'that of the spec' },
  }),
  rpo: option({
    what: 'age of the oldest lost write that replaces the objective of every spec, such as `0s`',
    ...{ ...EVERYWHERE, kind: parsed(parseDuration), fallback: null, usual: 'that of the spec' },
  }),
  volumeMib: option({
    what: 'size of the volume’s contents before the backup, in MiB',
    ...{ ...EVERYWHERE, kind: whole(1, 4096), fallback: 128 },
  }),
  loadRps: option({ what: 'requests of the load, per second', ...EVERYWHERE, kind: whole(1, 1000), fallback: 40 }),
  probeHz: option({ what: 'probes, per second', ...EVERYWHERE, kind: whole(1, 200), fallback: 100 }),
  loadParallelism: option({
    what: 'pods that share the load, with the probes in a pod beside them. `0`: both run on this machine',
    ...{ ...EVERYWHERE, kind: whole(0, 100), fallback: 0 },
  }),
  loadNodes: option({
    what: 'labels of the nodes of those pods',
    ...{ ...EVERYWHERE, kind: labels, fallback: null, usual: 'the nodes that no drill cuts off' },
  }),
}

/** Where components come from, with every cluster except the embedded one. */
export const sourceOptions = {
  artifacts: option({
    what: '`public`: pinned charts and images, and programs from PATH. `built`: all from this machine’s toolchain',
    ...{ ...NOT_EMBEDDED, kind: oneOf(['public', 'built']), fallback: 'public' },
  }),
  images: option({
    what:
      'YAML file of references that replace the public ones. With `public` it must name the images of the chosen workloads that are in no public registry: ' +
      unpublishedImages.map((name) => `\`${name}\``).join(', '),
    ...{ ...NOT_EMBEDDED, kind: parsed(values.existingFile), ...NONE },
  }),
  k6: option({
    what: '`container` runs the load in containers, even where the program k6 is found. The embedded cluster has a k6 of its own',
    ...{ ...NOT_EMBEDDED, kind: oneOf(['found', 'container']), fallback: 'found' },
  }),
}

/** What only the user can give: licences, and agreements that the user accepts. Without them those tools are skipped. */
export const termsOptions = {
  stashLicense: option({
    what: 'path of the licence of KubeStash, which is for this cluster',
    ...{ ...NOT_EMBEDDED, kind: parsed(values.existingFile), ...NONE },
  }),
  k10Eula: option({
    what: '`accept`: you accept the agreement (EULA) of Kasten K10',
    ...{ ...NOT_EMBEDDED, kind: oneOf(['accept']), ...NONE },
  }),
  k10Company: option({
    what: 'company that accepts that agreement',
    ...{ ...NOT_EMBEDDED, kind: parsed(values.companyName), ...NONE },
  }),
  k10Email: option({
    what: 'e-mail address of the person who accepts that agreement',
    ...{ ...NOT_EMBEDDED, kind: parsed(values.emailAddress), ...NONE },
  }),
}

export const kindOptions = {
  kindPorts: option({
    what: 'how this machine reaches the nodes',
    ...{ ...KIND, kind: oneOf(PORTS), fallback: 'tried' },
  }),
}

export const existingOptions = {
  context: option({
    what: 'name of the context in the kubeconfig (`KUBECONFIG`). The current context is never used',
    ...{ ...EXISTING, kind: parsed(values.contextName), ...NONE },
  }),
  confirm: option({
    what: 'UID of the cluster’s `kube-system` namespace, which confirms that this cluster is meant',
    ...{ ...EXISTING, kind: parsed(values.uid), ...NONE },
  }),
  stopNode: option({
    what: 'command that cuts a node’s power, with `{node}`',
    ...{ ...EXISTING, kind: parsed(values.nodeCommand), fallback: null, usual: 'none: those drills are skipped' },
  }),
  startNode: option({
    what: 'command that gives a node’s power back, with `{node}`',
    ...{ ...EXISTING, kind: parsed(values.nodeCommand), ...NONE },
  }),
  systemNodes: option({
    what: 'labels of nodes that no drill cuts off, such as `pool=system`. The mesh, the tools and Chaos Mesh run there',
    ...{ ...EXISTING, kind: labels, fallback: {}, usual: 'any node' },
  }),
  nodeAddress: option({
    what: 'address at which this machine reaches NodePorts',
    ...{ ...EXISTING, kind: parsed(values.nodeAddress), fallback: null, usual: 'that of the first such node' },
  }),
  storageClass: option({
    what: 'class of volumes',
    ...{ ...EXISTING, kind: parsed(values.objectName), fallback: null, usual: 'the default of the cluster' },
  }),
  snapshotStorageClass: option({
    what: 'class of volumes that can be snapshotted',
    ...{ ...EXISTING, kind: parsed(values.objectName), fallback: null, usual: 'the first with snapshots' },
  }),
  storagePods: option({
    what: 'pods of the storage that take snapshots, `<namespace>/<prefix of their names>`: their use of the nodes is measured',
    ...{ ...EXISTING, kind: parsed(values.podPrefix), fallback: null, usual: 'none: those drills are skipped' },
  }),
}

/** The user's own store: all of it or nothing. */
export const storeOptions = {
  s3Url: option({
    what: 'an S3 store that pods reach, with an empty bucket. At the end the objects of this run are deleted',
    ...{ ...EXISTING, kind: parsed(values.storeUrl), fallback: null, usual: 'versitygw on this machine' },
  }),
  s3Region: option({ what: 'region of that store', ...EXISTING, kind: parsed(values.region), ...NONE }),
  s3Bucket: option({ what: 'bucket of that store', ...EXISTING, kind: parsed(values.bucketName), ...NONE }),
  s3AccessKey: option({
    ...{ what: 'access key of that store', ...EXISTING, kind: parsed(values.storeKey), ...NONE, isSecret: true },
  }),
  s3SecretKey: option({
    ...{ what: 'secret key of that store', ...EXISTING, kind: parsed(values.storeKey), ...NONE, isSecret: true },
  }),
}

/** Every option by its key. A new group is added here, else its keys and variables are unknown. */
export const ALL = {
  ...clusterOption,
  ...generalOptions,
  ...sourceOptions,
  ...termsOptions,
  ...kindOptions,
  ...existingOptions,
  ...storeOptions,
}

export type Key = keyof typeof ALL

export const KEYS = Object.keys(ALL) as Key[]

/** Every option, whatever its values are. */
export const OPTIONS: OptionGroup = ALL

/** Variables that meshdrill sets for its own processes and tests. No user sets them. */
export const INTERNAL_VARIABLES = [
  'MESHDRILL_RUN_DIR',
  'MESHDRILL_OWNER_PID',
  'MESHDRILL_RUN_UID',
  'MESHDRILL_LOCK',
  'MESHDRILL_DECLARED_ROWS',
  'MESHDRILL_K6_PROGRAM',
  'MESHDRILL_FROM_FILE',
]
