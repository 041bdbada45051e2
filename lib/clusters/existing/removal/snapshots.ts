import { PatchStrategy } from '@kubernetes/client-node'
import type { KubeClient } from '../../../kube/client.ts'
import type { KubeObject } from '../../../kube/object.ts'
import { pending, waitFor } from '../../../kube/wait.ts'
import { isDrillNamespace } from '../plan/plan.ts'
import { knowsSnapshots, SNAPSHOTS } from '../plan/surroundings.ts'

type Content = KubeObject & { spec: { volumeSnapshotRef: { namespace?: string } } }

/**
 * Removes the snapshots of drills from the user's storage. A tool may have told it to keep them (deletionPolicy Retain), so that
 * they outlive their namespace: they would outlive the tool, too. `also` names namespaces of tools that are ours.
 */
export async function removeSnapshots(kube: KubeClient, also: string[]): Promise<void> {
  for (const content of await contentsOfDrills(kube, also)) {
    const { apiVersion, kind, metadata } = content
    const reference = { apiVersion, kind, metadata: { name: metadata.name } }
    const deleted = { ...reference, spec: { deletionPolicy: 'Delete' } }
    await kube.objects.patch(deleted, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch)
    // Where its VolumeSnapshot is still there, it goes with the namespace, and the content with it.
    await kube.delete(reference)
  }
}

/** Resolves when none is left; their namespaces are gone by then. */
export async function snapshotsGone(kube: KubeClient): Promise<void> {
  await waitFor(
    'VolumeSnapshotContents of drills gone',
    async () => {
      const left = await contentsOfDrills(kube)
      return left.length === 0 ? true : pending(left.map(({ metadata }) => metadata.name).join(', '))
    },
    { timeout: '120s', hint: 'kubectl get volumesnapshotcontents' },
  )
}

async function contentsOfDrills(kube: KubeClient, also: string[] = []): Promise<Content[]> {
  if (!(await knowsSnapshots(kube))) return []
  const { group, version } = SNAPSHOTS
  const isOurs = (namespace: string): boolean => isDrillNamespace(namespace) || also.includes(namespace)
  const answer = (await kube.custom.listClusterCustomObject({ group, version, plural: 'volumesnapshotcontents' })) as {
    items: Content[]
  }
  return answer.items
    .filter(({ spec: { volumeSnapshotRef } }) => isOurs(volumeSnapshotRef.namespace ?? ''))
    .map((item) => ({ ...item, apiVersion: `${group}/${version}`, kind: 'VolumeSnapshotContent' }))
}
