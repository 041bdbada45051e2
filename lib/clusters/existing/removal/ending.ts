import { rm } from 'node:fs/promises'
import { removeLocalStore } from '../../../store/local.ts'
import { deleteLabObjects } from '../../../store/emptying.ts'
import type { ClusterOptions } from '../../cluster.ts'
import { artifactsOf } from '../artifacts.ts'
import { noteLease } from '../access/run-access.ts'
import { NAMESPACE } from '../lease/lease.ts'
import type { Notes } from '../lease/notes.ts'
import type { ExistingOptions } from '../options.ts'
import { partsOf } from '../plan/parts.ts'
import { namespaceNamed, removeDrillNamespaces, removeObject, removePart } from './removal.ts'
import { removeSnapshots, snapshotsGone } from './snapshots.ts'
import { storeOfLab } from '../store.ts'
import { storeFolder, type Ground } from '../survey.ts'

/** Takes away what is ours, last what came first, and at the very end the notes that say so. */
export async function endLab(
  ground: Ground,
  options: ExistingOptions,
  notes: Notes,
  log: ClusterOptions['log'],
): Promise<string[]> {
  const { kube, kubeconfig, folder } = ground
  const store = storeOfLab(options.store, notes.store)
  const artifacts = artifactsOf(options, notes.versions, log)
  const removal = { kube, kubeconfig, helm: () => artifacts.binary('helm'), log }
  const ours = Object.keys(notes.parts).filter((name) => notes.parts[name] === 'ours')
  const namespaces = ours.flatMap(partsOf).flatMap((part) => part.namespaces)
  await removeSnapshots(kube, namespaces)
  const gone = (await removeDrillNamespaces(removal)).map((name) => `namespace ${name}`)
  await snapshotsGone(kube)
  for (const name of ours.reverse()) {
    for (const part of partsOf(name)) await removePart(removal, part)
    gone.push(name)
  }
  if (store !== null) {
    const { deleted, left } = await deleteLabObjects(store)
    gone.push(`${deleted} objects below ${store.prefix} of bucket ${store.bucket}`)
    for (const why of left) log(why)
  }
  await removeLocalStore(storeFolder(ground))
  // The lease goes with its namespace: given back before, another run could take it while the namespace is deleted.
  noteLease(ground, false)
  await removeObject(kube, namespaceNamed(NAMESPACE))
  await rm(folder, { recursive: true, force: true })
  return [...gone, `namespace ${NAMESPACE}`]
}
