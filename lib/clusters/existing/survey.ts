import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Pin } from '../../kube/access/pin.ts'
import { clientOf, type KubeClient } from '../../kube/client.ts'
import { componentOf } from '../../components/index.ts'
import { openBucket } from '../../store/s3.ts'
import { workloadOf } from '../../workloads/index.ts'
import type { ClusterOptions, StoreEndpoint } from '../../lab/cluster.ts'
import { clockConflict, identifyCluster, type ClusterIdentity } from './access/access.ts'
import { artifactsOf } from './artifacts.ts'
import { readContext, type NamedContext } from './access/context.ts'
import { clusterFolder, type PinnedAccess } from './access/run-access.ts'
import { printable, shellCommand } from '../../output/shorten.ts'
import { bringK6, chooseK6 } from './k6.ts'
import { inUseMessage, leaseOf } from './lease/lease.ts'
import { imageConflicts, nodeConflicts, runtimeConflict } from './plan/nodes.ts'
import { NO_LAB } from './lease/notes-format.ts'
import { readNotes, type Notes } from './lease/notes.ts'
import type { ExistingOptions, ExistingRun } from './options.ts'
import { neededParts } from './plan/parts.ts'
import { describePlan, makePlan, type Plan } from './plan/plan.ts'
import { admissionConflicts } from './plan/admission.ts'
import { readImages } from '../public/artifacts.ts'
import { pulledByTag } from '../public/catalog.ts'
import { missingRights, neededRights } from './access/rights.ts'
import { surroundingsOf, type Surroundings } from './plan/surroundings.ts'
import { notedStore, plainUrl, storeOfLab, type NotedStore } from './store.ts'

/** A cluster with read access by the user's kubeconfig. A survey changes nothing in the cluster or on this machine. */
export interface SurveyedCluster {
  context: NamedContext
  reached: ClusterIdentity
  kube: KubeClient
  /** Folder of this machine's state about the cluster. */
  folder: string
}

/** A cluster with a run's own access: a kubeconfig that is pinned to this cluster. */
export interface PinnedCluster extends SurveyedCluster {
  pin: Pin
  kubeconfig: string
}

export const storeFolder = ({ folder }: SurveyedCluster): string => join(folder, 'store')

/** Reads the cluster by the user's current kubeconfig. A cluster that a provider created is reached without a proxy. */
export async function survey(options: ExistingRun): Promise<SurveyedCluster> {
  const env = options.made === undefined ? process.env : {}
  const context = readContext(options.kubeconfigs, options.context, env)
  const reached = await identifyCluster(context)
  return { context, reached, kube: clientOf(context.config), folder: clusterFolder(reached.uid) }
}

/** Access by the run's own kubeconfig. Errors: `RunAborted` if the address leads to another cluster now. */
export async function openPinnedCluster({ context, kubeconfig, pin }: PinnedAccess): Promise<PinnedCluster> {
  const reached = await identifyCluster(context)
  return { context, reached, kube: clientOf(context.config), folder: clusterFolder(pin.uid), pin, kubeconfig }
}

/** Versions of components that were in the cluster before the lab. */
export const versionsOf = (
  { reached }: SurveyedCluster,
  { store, made }: ExistingRun,
  { versions }: { versions: Notes['versions'] },
): Notes['versions'] => ({
  ...(made === undefined
    ? {
        kubernetes: { version: reached.kubernetes, source: 'the cluster, as it was' },
        'snapshot-controller': { version: 'not known', source: 'the cluster, as it was' },
      }
    : {}),
  ...(store === null ? {} : { versitygw: { version: 'not known', source: `the user's store at ${store.url}` } }),
  ...versions,
})

/** Result of all checks before the first change. */
export interface Prepared {
  plan: Plan
  /** Notes of an earlier run; null without one. */
  notes: Notes | null
  /** UUID of the lab, and the user's bucket that it uses. */
  lab: string
  store: NotedStore | null
  surroundings: Surroundings
}

/** Checks all preconditions and plans the changes. Changes nothing. */
export async function prepare(
  pinnedCluster: SurveyedCluster,
  options: ExistingRun,
  log: ClusterOptions['log'],
): Promise<Prepared> {
  const { context, reached, kube } = pinnedCluster
  const needed = { cutNodes: options.power !== null, components: options.components }
  await requireRights(pinnedCluster, { ...needed, install: false, snapshots: false })
  const holder = await leaseOf(kube.config, { owner: '' }).holder()
  if (holder !== null && holder.expiresMs > Date.now()) throw new Error(inUseMessage(holder))
  const notes = await readNotes(kube.config)
  const lab = notes === null || notes.lab === NO_LAB ? randomUUID() : notes.lab
  const store = notes?.store === undefined ? notedStore(options.store, lab) : notes.store
  const endpoint = storeOfLab(options.store, store)
  const plan = await makePlan(kube, neededParts(options.components), notes)
  const planLines = describePlan(plan, {
    context: context.name,
    server: context.server,
    ...reached,
    store,
    images: describeImages(plan, options),
  })
  if (options.made === undefined) planLines.forEach(log)
  const artifacts = artifactsOf(options, versionsOf(pinnedCluster, options, plan), log)
  const images = imagesFor(plan, options).map((name) => ({ name, reference: artifacts.image(name) }))
  const nodes = (await kube.core.listNode()).items
  const clock = clockConflict(reached.clockAheadMs)
  const runtime = plan.install.some(({ name }) => name === 'chaos-mesh') ? runtimeConflict(nodes) : null
  const conflicts = [
    ...plan.conflicts,
    ...nodeConflicts(nodes, options.systemNodes),
    ...(options.artifacts === 'built' && options.made === undefined ? imageConflicts(nodes, images) : []),
    ...[clock, runtime].filter((one) => one !== null),
  ]
  if (conflicts.length > 0) throw new Error(`The cluster is not ready for drills:\n  ${conflicts.join('\n  ')}`)
  const surroundings = await surroundingsOf(kube, options)
  const snapshots = surroundings.storageClasses.snapshots !== null
  await requireRights(pinnedCluster, { ...needed, install: plan.install.length > 0, snapshots })
  // Programs are searched now, so that a missing program is an error before anything is changed.
  const k6 = options.components.includes('k6-operator') ? null : await chooseK6(options, artifacts)
  for (const program of programsFor(plan, options)) await artifacts.binary(program)
  if (k6 !== null && typeof k6 !== 'string') {
    const brought = await bringK6(k6, log)
    if (options.artifacts === 'public') plan.versions.k6 = brought
  }
  if (endpoint !== null && notes?.store === undefined) await requireEmptyBucket(endpoint)
  // A cluster that the user has not confirmed does not even receive a dry run.
  if (options.confirm === reached.uid && options.made === undefined) await requireAdmission(kube, plan)
  return { plan, notes, lab, store, surroundings }
}

async function requireAdmission(kube: KubeClient, plan: Plan): Promise<void> {
  const refused = await admissionConflicts(kube, plan.install)
  if (refused.length === 0) return
  throw new Error(
    `Nothing was changed. The cluster does not admit objects that the drills need:\n  ${refused.join('\n  ')}`,
  )
}

/** Describes the sources of charts and images, and names images without a digest. */
function describeImages(plan: Plan, options: ExistingRun): string {
  if (options.artifacts === 'built') return "built by this machine's toolchain; the nodes have them"
  const byTag = pulledByTag(imagesFor(plan, options), { ...options.made?.images, ...readImages(options.images) })
  return byTag.length === 0
    ? 'public, pinned by digest'
    : `public, pinned; these images by tag only: ${byTag.join(', ')}`
}

async function requireRights(
  { context, kube }: SurveyedCluster,
  will: Parameters<typeof neededRights>[0],
): Promise<void> {
  const missing = await missingRights(kube.config, neededRights(will))
  if (missing.length === 0) return
  throw new Error(
    `User "${context.user}" of context "${context.name}" lacks rights that the drills need:\n  ${missing.join('\n  ')}\nNext: ${shellCommand`kubectl --context ${context.name} auth can-i --list`}`,
  )
}

/** Names of the images that the nodes need: those of parts, and those of pods in the namespaces of drills. */
function imagesFor({ install }: Plan, { components, workloads }: ExistingRun): string[] {
  const inDrills = components.map(componentOf).filter(({ kind, presence }) => 'none' in presence && isOfPods(kind))
  return [
    ...new Set([
      ...workloads.flatMap((name) => workloadOf(name).images),
      ...inDrills.flatMap(({ published }) => Object.keys(published?.images ?? {})),
      ...install.flatMap((part) => part.images),
    ]),
  ]
}

const isOfPods = (kind: string): boolean => kind === 'tool' || kind === 'image'

/** Programs that the run needs on this machine, except k6, which `chooseK6` selects. */
function programsFor(plan: Plan, { components, store, made }: ExistingRun): string[] {
  const releases = [...plan.install, ...plan.kept].flatMap((part) => part.releases)
  const tools = components.map(componentOf).filter(({ kind }) => kind === 'tool')
  return [
    ...(releases.length > 0 ? ['helm'] : []),
    ...tools.flatMap(({ published }) => Object.keys(published?.programs ?? {})),
    ...(store === null && made === undefined ? ['versitygw'] : []),
  ]
}

/** Errors: the bucket has objects. Drills change only objects below the lab's prefix, but a bucket in use is too risky. */
async function requireEmptyBucket(store: StoreEndpoint): Promise<void> {
  if (await openBucket(store).isEmpty()) return
  throw new Error(
    `Nothing was changed. Bucket "${store.bucket}" of ${plainUrl(store.url)} has objects that this lab did not write, and drills delete objects. Next: MESHDRILL_S3_BUCKET=<an empty bucket>`,
  )
}

export function requireConfirmation({ context, reached }: SurveyedCluster, { confirm }: ExistingOptions): void {
  if (confirm === reached.uid) return
  const command = shellCommand`MESHDRILL_CLUSTER=existing MESHDRILL_CONTEXT=${context.name} MESHDRILL_CONFIRM=${reached.uid} npx playwright test`
  if (confirm === null)
    throw new Error(
      `Nothing was changed. After your confirmation, the plan above is carried out in the cluster of context "${context.name}". Next, to confirm: ${command}`,
    )
  throw new Error(
    `Nothing was changed. Context "${context.name}" leads to cluster ${reached.uid}, but cluster ${printable(confirm)} was confirmed. Next, if this cluster is right: ${command}`,
  )
}
