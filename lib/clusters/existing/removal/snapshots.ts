import { clientLibrary } from '../../../kube/library.ts'
import type { KubeClient } from '../../../kube/client.ts'
import type { KubeObject } from '../../../kube/object.ts'
import { hasLabLabel } from '../../../kube/ownership.ts'
import { shellCommand } from '../../../output/shorten.ts'
import { pending, waitFor } from '../../../system/wait.ts'
import { isDrillNamespace } from '../../../matrix/namespace.ts'
import { knowsSnapshots, SNAPSHOTS } from '../plan/surroundings.ts'
import type { Removal } from './removal.ts'

type Content = KubeObject & { spec: { volumeSnapshotRef: { namespace?: string } } }

/**
 * Removes the snapshots of drills from the user's storage. Tools set `deletionPolicy: Retain`, so snapshots outlive their namespace
 * and the tool. The lab's snapshots are in its namespaces or have its label. Returns them, for `snapshotsGone`.
 */
export async function removeSnapshots({ kube, scope, left }: Removal): Promise<KubeObject[]> {
  const contents = await listContents(kube)
  const isOwn = (content: Content): boolean =>
    hasLabLabel(content, scope.lab) || scope.namespaces.has(namespaceOf(content))
  const own = contents.filter(isOwn)
  for (const { apiVersion, kind, metadata } of own) {
    const { name, uid } = metadata
    const reference = { apiVersion, kind, metadata: { name, ...(uid === undefined ? {} : { uid }) } }
    const deleted = { ...reference, spec: { deletionPolicy: 'Delete' } }
    await kube.objects.patch(
      deleted,
      undefined,
      undefined,
      undefined,
      undefined,
      clientLibrary().PatchStrategy.MergePatch,
    )
    // If its VolumeSnapshot still exists, both are deleted with the namespace.
    await kube.delete(reference)
  }
  for (const content of contents.filter((one) => !isOwn(one) && isDrillNamespace(namespaceOf(one)))) {
    const { name } = content.metadata
    left.push(
      `VolumeSnapshotContent "${name}" is of namespace "${namespaceOf(content)}", which has the name of a drill namespace but is not proven to be of this lab. It was kept. Next, if it is not yours: ${shellCommand`kubectl delete volumesnapshotcontent ${name}`}`,
    )
  }
  return own
}

/** Resolves when these snapshots are deleted. Call it after the deletion of their namespaces. */
export async function snapshotsGone(kube: KubeClient, contents: KubeObject[]): Promise<void> {
  if (contents.length === 0) return
  const uids = contents.map(({ metadata }) => metadata.uid)
  await waitFor(
    'VolumeSnapshotContents of drills gone',
    async () => {
      const left = (await listContents(kube)).filter(({ metadata }) => uids.includes(metadata.uid))
      return left.length === 0 ? true : pending(left.map(({ metadata }) => metadata.name).join(', '))
    },
    { timeout: '120s', hint: 'kubectl get volumesnapshotcontents' },
  )
}

const namespaceOf = ({ spec }: Content): string => spec.volumeSnapshotRef.namespace ?? ''

async function listContents(kube: KubeClient): Promise<Content[]> {
  if (!(await knowsSnapshots(kube))) return []
  const { group, version } = SNAPSHOTS
  const answer = (await kube.custom.listClusterCustomObject({ group, version, plural: 'volumesnapshotcontents' })) as {
    items: Content[]
  }
  return answer.items.map((item) => ({ ...item, apiVersion: `${group}/${version}`, kind: 'VolumeSnapshotContent' }))
}
