import type { V1PersistentVolume } from '@kubernetes/client-node'
import { isNotFound } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { shellCommand } from '../../output/shorten.ts'
import type { Change, FaultTarget } from '../fault.ts'
import { firstClaim } from './data-damage.ts'

/** Annotation of a volume that was provisioned for its claim. */
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'

/**
 * Deletes a claim and its volume while a pod uses them. Kubernetes protects a claim in use, so its protection is
 * removed, as an attacker would do. The volume's policy deletes the data, and needs the volume object for that. The
 * object is deleted here only if the policy keeps it.
 *
 * A service that answers without its volume would hide the loss until its next start. Its pods are deleted too.
 */
export async function loseClaim(lab: Lab, target: FaultTarget): Promise<Change> {
  const { namespace } = target
  const claim = firstClaim(target)
  const reference = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: claim, namespace } }
  const volume = await volumeOf(lab, namespace, claim)
  const { metadata } = volume
  const [name, uid] = [metadata?.name ?? '', metadata?.uid ?? '']
  if (metadata?.annotations?.[PROVISIONED_BY] === undefined)
    throw new Error(
      `volume "${name}" of claim "${claim}" in namespace "${namespace}" was not provisioned for it, so it may belong to someone else. Next: ${shellCommand`kubectl describe pv ${name}`}`,
    )
  const volumeReference = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name, uid } }
  const endsPods = target.workload.answersWithoutVolume === true
  let seenMs = 0
  let pods: KubeObject[] = []
  return {
    undo: [{ kind: 'nothing', because: 'a deletion leaves nothing to undo' }],
    async make() {
      await lab.kube.delete(reference)
      await dropProtection(lab, reference)
      seenMs = await waitFor(
        `claim "${claim}" of namespace "${namespace}" gone`,
        async () => ((await lab.kube.get(reference)) === null ? Date.now() : pending('it is still there')),
        { timeout: '10s', every: '10ms' },
      )
      if (volume.spec?.persistentVolumeReclaimPolicy === 'Retain') await lab.kube.delete(volumeReference)
      if (endsPods) pods = await deletePods(lab, target)
    },
    async see(requestedMs) {
      const goneMs = await waitFor(
        `volume "${name}" gone`,
        async () => {
          const left = await lab.kube.get<KubeObject & { status?: { phase?: string } }>(volumeReference)
          return left === null ? Date.now() : pending(`it is ${left.status?.phase ?? 'in no phase'}`)
        },
        { timeout: '120s', hint: shellCommand`kubectl describe pv ${name}` },
      )
      for (const pod of pods)
        await waitFor(
          `pod "${pod.metadata.name}" of namespace "${namespace}" gone`,
          async () => (await lab.kube.get(pod)) === null || pending('it is still there'),
          { timeout: '60s', hint: shellCommand`kubectl -n ${namespace} describe pod ${pod.metadata.name}` },
        )
      return {
        between: [requestedMs, seenMs],
        evidence: `claim "${claim}" was gone ${seenMs - requestedMs} ms after the request, volume "${name}" after ${goneMs - requestedMs} ms; the workload was left${endsPods ? ', and its pods were deleted, as it answers without its volume' : ''}`,
      }
    },
  }
}

/** Deletes the pods of the service, and returns them. */
async function deletePods({ kube }: Lab, { namespace, pods: { labels } }: FaultTarget): Promise<KubeObject[]> {
  const pods = (await kube.pods(namespace, labels)).map(({ metadata }) => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: metadata?.name ?? '', namespace } },
  }))
  for (const pod of pods) await kube.delete(pod)
  return pods
}

async function volumeOf(lab: Lab, namespace: string, name: string): Promise<V1PersistentVolume> {
  const claim = await lab.kube.core.readNamespacedPersistentVolumeClaim({ namespace, name })
  const volume = claim.spec?.volumeName
  if (!volume) throw new Error(`claim "${name}" of namespace "${namespace}" has no volume to lose`)
  return lab.kube.core.readPersistentVolume({ name: volume })
}

async function dropProtection(lab: Lab, claim: { metadata: { name: string; namespace: string } }): Promise<void> {
  const { name, namespace } = claim.metadata
  try {
    const body = await lab.kube.core.readNamespacedPersistentVolumeClaim({ name, namespace })
    if (body.metadata !== undefined) body.metadata.finalizers = []
    await lab.kube.core.replaceNamespacedPersistentVolumeClaim({ name, namespace, body })
  } catch (error) {
    // The claim was not in use.
    if (!isNotFound(error)) throw error
  }
}
