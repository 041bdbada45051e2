import type { V1Node, V1StorageClass } from '@kubernetes/client-node'
import { clientLibrary } from '../../../kube/library.ts'
import { isReady, type KubeClient } from '../../../kube/client.ts'
import { hasLabels } from '../../../kube/placed-pod.ts'
import type { KubeObject } from '../../../kube/object.ts'
import type { StorageClasses } from '../../../lab/storage.ts'
import { lacksOf } from '../../../lab/storage.ts'
import type { ExistingOptions } from '../options.ts'

/** Node address and storage classes for the drills: the user's options, or the cluster's defaults. */
export interface Surroundings {
  nodeAddress: string
  storageClasses: StorageClasses
}

/** Errors: a class or a node that the user names or that drills need is missing, with the next command. */
export async function surroundingsOf(kube: KubeClient, options: ExistingOptions): Promise<Surroundings> {
  const classes = (await kube.config.makeApiClient(clientLibrary().StorageV1Api).listStorageClass()).items
  const used = requireClass(classes, options.storageClass)
  const snapshots = chooseSnapshots(classes, await listSnapshotClasses(kube), options.snapshotStorageClass)
  await requireNoFreeVolume(kube, [used, snapshots.snapshots])
  return {
    nodeAddress: options.nodeAddress ?? (await addressOf(kube, options.systemNodes)),
    storageClasses: {
      local: options.storageClass,
      ...snapshots,
      ...(options.storagePods === null ? {} : { pods: options.storagePods }),
    },
  }
}

/** Errors: a free volume exists. A claim of a drill could be bound to it, and the drill would destroy its data. */
async function requireNoFreeVolume(kube: KubeClient, classes: (string | null)[]): Promise<void> {
  const { items } = await kube.core.listPersistentVolume()
  const free = items.filter(
    ({ spec, status }) => status?.phase === 'Available' && classes.includes(spec?.storageClassName ?? ''),
  )
  const [first] = free
  if (first === undefined) return
  const { metadata, spec } = first
  throw new Error(
    `PersistentVolume "${metadata?.name ?? ''}" of StorageClass "${spec?.storageClassName ?? ''}" is free, and a claim of a drill could be bound to it${free.length > 1 ? `; ${free.length - 1} more volumes are free` : ''}. Next: kubectl get pv, and MESHDRILL_STORAGE_CLASS=<a class without free volumes>`,
  )
}

/** Address of the first Ready system node, which no drill cuts off. */
async function addressOf(kube: KubeClient, labels: Record<string, string>): Promise<string> {
  const { items } = await kube.core.listNode()
  const chosen = items.filter((node: V1Node) => hasLabels(node, labels)).find(isReady)
  const addresses = chosen?.status?.addresses ?? []
  const address = ['ExternalIP', 'InternalIP'].flatMap((type) => addresses.filter((one) => one.type === type))[0]
  if (address !== undefined) return address.address
  throw new Error(
    `no node with the labels ${JSON.stringify(labels)} is Ready and has an address. Next: kubectl get nodes -o wide, and MESHDRILL_SYSTEM_NODES or MESHDRILL_NODE_ADDRESS`,
  )
}

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class'

const isNamed =
  (name: string) =>
  ({ metadata }: V1StorageClass): boolean =>
    metadata?.name === name

/** Name of the class for drills' volumes. Errors: the class is missing, or it would keep the volumes that drills delete. */
function requireClass(classes: V1StorageClass[], wanted: string | null): string {
  const isDefault = ({ metadata }: V1StorageClass) => metadata?.annotations?.[DEFAULT_CLASS] === 'true'
  const found = classes.find(wanted === null ? isDefault : isNamed(wanted))
  const which = wanted === null ? 'default StorageClass' : `StorageClass "${wanted}"`
  const next = 'Next: kubectl get storageclass, and MESHDRILL_STORAGE_CLASS=<one of them>'
  if (found === undefined) throw new Error(`there is no ${which}. ${next}`)
  if (found.reclaimPolicy === 'Retain')
    throw new Error(`the ${which} keeps volumes after the deletion of their claims (reclaimPolicy Retain). ${next}`)
  return found.metadata?.name ?? ''
}

type SnapshotClass = KubeObject & {
  metadata: { labels?: Record<string, string>; annotations?: Record<string, string> }
  driver?: string
  deletionPolicy?: string
}

/** The wanted StorageClass, or the first one, if its driver has a VolumeSnapshotClass. `snapshots` is null if there is none. */
export function chooseSnapshots(
  classes: V1StorageClass[],
  ofSnapshots: SnapshotClass[],
  wanted: string | null,
): Pick<StorageClasses, 'snapshots' | 'ofSnapshots' | 'lacks'> {
  if (wanted !== null && !classes.some(isNamed(wanted))) {
    throw new Error(
      `MESHDRILL_SNAPSHOT_STORAGE_CLASS: there is no StorageClass "${wanted}". Next: kubectl get storageclass`,
    )
  }
  for (const { metadata, provisioner } of classes.filter((one) => wanted === null || isNamed(wanted)(one))) {
    const match = veleroWouldTake(ofSnapshots.filter(({ driver }) => driver === provisioner))
    // With another policy, the snapshots would stay in the user's storage after the drills.
    if (match?.deletionPolicy === 'Delete')
      return { snapshots: metadata?.name ?? null, ofSnapshots: match.metadata.name, lacks: lacksOf(provisioner) }
  }
  return { snapshots: null }
}

/** The VolumeSnapshotClass of a driver that Velero would choose, so that all tools use the same one. */
const veleroWouldTake = (ofDriver: SnapshotClass[]): SnapshotClass | undefined =>
  ofDriver.find(({ metadata }) => metadata.labels?.['velero.io/csi-volumesnapshot-class'] !== undefined) ??
  ofDriver.find(
    ({ metadata }) => metadata.annotations?.['snapshot.storage.kubernetes.io/is-default-class'] !== undefined,
  ) ??
  (ofDriver.length === 1 ? ofDriver[0] : undefined)

export const SNAPSHOTS = { group: 'snapshot.storage.k8s.io', version: 'v1' }

/** True if the cluster has the VolumeSnapshot API. */
export async function knowsSnapshots(kube: KubeClient): Promise<boolean> {
  const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }
  const metadata = { name: `volumesnapshotclasses.${SNAPSHOTS.group}` }
  return (await kube.get({ ...definition, metadata })) !== null
}

async function listSnapshotClasses(kube: KubeClient): Promise<SnapshotClass[]> {
  if (!(await knowsSnapshots(kube))) return []
  const of = { ...SNAPSHOTS, plural: 'volumesnapshotclasses' }
  return ((await kube.custom.listClusterCustomObject(of)) as { items: SnapshotClass[] }).items
}
