import { rm } from 'node:fs/promises'
import { withChildAccess } from '../../../kube/access/child.ts'
import { deleteLabObjects } from '../../../store/emptying.ts'
import { removeLocalStore } from '../../../store/local.ts'
import type { ClusterOptions } from '../../../lab/cluster.ts'
import { noteLease } from '../access/run-access.ts'
import { leaseOf, MANAGED_NAMESPACE, NAMESPACE } from '../lease/lease.ts'
import { removeNotes, type Notes } from '../lease/notes.ts'
import type { ExistingOptions } from '../options.ts'
import { namespaceNamed, pinned, nameOf, objectsOf } from '../plan/owned.ts'
import { partNamed } from '../plan/parts.ts'
import { storeOfLab } from '../store.ts'
import { storeFolder, type PinnedCluster } from '../survey.ts'
import { labScopeOf } from './instances.ts'
import { removeDrillNamespaces, removeObject, removePart, type Removal, deletionOf } from './removal.ts'
import { removeSnapshots, snapshotsGone } from './snapshots.ts'
import type { KubeClient } from '../../../kube/client.ts'

/**
 * Removes the lab's objects in the reverse order of their installation, and the notes at the very end. Objects without proof that
 * the lab created them stay, and are logged with the command that removes them.
 */
export async function endLab(
  pinnedCluster: PinnedCluster,
  options: ExistingOptions,
  notes: Notes,
  log: ClusterOptions['log'],
): Promise<string[]> {
  const { kube, folder } = pinnedCluster
  const store = notes.store === undefined ? null : storeOfLab(options.store, notes.store)
  await requireOwnRun(pinnedCluster)
  const removal: Removal = { kube, scope: await labScopeOf(kube, notes), log, left: [] }
  const gone = await removeLab(removal, notes)
  const unproven = await unprovenParts(kube, notes)
  removal.left.push(...unproven)
  if (notes.store === undefined && options.store !== null)
    removal.left.push(
      `the objects in bucket "${options.store.bucket}": kept, because old notes do not name the objects of their lab. Next: see folders velero/, restic/ and k8up/ of the bucket`,
    )
  if (store !== null) {
    const { deleted, left } = await deleteLabObjects(store)
    gone.push(`${deleted} objects below "${store.prefix}" of bucket "${store.bucket}"`)
    removal.left.push(...left)
  }
  await removeLocalStore(storeFolder(pinnedCluster))
  await requireOwnRun(pinnedCluster)
  // The lease is deleted with its namespace. After an earlier release, another run could take it.
  noteLease(pinnedCluster, false)
  // Old notes stay while an object exists that only they name.
  if (unproven.length === 0) gone.push(...(await removeOwnNamespace(removal)))
  await leaseOf(kube.config, { owner: pinnedCluster.pin.holder }).release()
  for (const line of removal.left) log(`not removed: ${line}`)
  await rm(folder, { recursive: true, force: true })
  return gone
}

/** Errors: this run has lost the cluster or its lease. */
const requireOwnRun = ({ kubeconfig }: PinnedCluster): Promise<void> =>
  withChildAccess(kubeconfig, () => Promise.resolve())

async function removeLab(removal: Removal, notes: Notes): Promise<string[]> {
  const { kube } = removal
  const own = Object.entries(notes.parts).filter(([, { state }]) => state === 'installed' || state === 'intended')
  const ofParts = own.flatMap(([name]) => partNamed(name)?.namespaces ?? [])
  const snapshots = await removeSnapshots(removal)
  const gone = (await removeDrillNamespaces(removal, ofParts)).map((name) => `namespace ${name}`)
  await snapshotsGone(kube, snapshots)
  for (const [name, note] of own.reverse()) {
    const part = partNamed(name)
    if (part === null) {
      removal.left.push(
        `"${name}": kept, because this version of meshdrill has no such part. Next: npm run lab:down with the version that installed it`,
      )
      continue
    }
    const isOwn = part.namespaces.every((namespace) => removal.scope.namespaces.has(namespace))
    const removeTraces = isOwn ? await part.collectTraces?.(kube) : undefined
    await removePart(removal, part, note)
    await removeTraces?.()
    gone.push(name)
  }
  return gone
}

/** Removes the namespace of the lease and the notes. If meshdrill did not create it, only lease and notes are removed. */
async function removeOwnNamespace(removal: Removal): Promise<string[]> {
  const { kube } = removal
  await removeNotes(kube.config)
  const found = await kube.get(namespaceNamed(NAMESPACE))
  const isOwn = Object.entries(MANAGED_NAMESPACE).every(([key, value]) => found?.metadata.labels?.[key] === value)
  if (found === null) return []
  if (isOwn) {
    await removeObject(removal, pinned(namespaceNamed(NAMESPACE), found))
    return [`namespace ${NAMESPACE}`]
  }
  removal.left.push(
    `namespace "${NAMESPACE}": kept without its notes, because not proven to be created by meshdrill. Next, if it is not yours: kubectl delete namespace ${NAMESPACE}`,
  )
  return ['the notes']
}

/** Objects of parts that notes of version 1 claim without proof. They stay. Returns one sentence for each part. */
async function unprovenParts(kube: KubeClient, notes: Notes): Promise<string[]> {
  const parts = Object.entries(notes.parts).flatMap(([name, { state }]) =>
    state === 'unproven' ? (partNamed(name) ?? []) : [],
  )
  const lines: string[] = []
  for (const part of parts) {
    const { own, others } = await objectsOf(kube, part, notes.lab)
    if (own.length > 0 || others.length === 0) continue
    lines.push(
      `${part.title}: kept, because the notes of an older meshdrill do not prove who installed it (${others.map(nameOf).join(', ')}). Next, if it is yours: kubectl -n ${NAMESPACE} delete configmap meshdrill. If not: ${others.map(deletionOf).join('; ')}`,
    )
  }
  return lines
}
