import { pending, waitFor } from '../kube/wait.ts'
import type { Fault } from './fault.ts'

/** The namespace is deleted with everything in it, its volumes too: an unplanned outage, or malice. */
export function namespaceDeletion(): Fault {
  return {
    name: 'namespace-deletion',
    description: 'the namespace is deleted, with its volumes',
    requires: () => Promise.resolve([]),
    async inject(lab, target) {
      const { namespace } = target
      const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
      const volume = await volumeOf(namespace, target.claim)
      const requestedMs = Date.now()
      await lab.kube.delete(reference)
      const seenMs = await waitFor(
        `namespace "${namespace}" marked as deleted`,
        async () => {
          const object = await lab.kube.get(reference)
          return object === null || object.metadata.deletionTimestamp ? Date.now() : pending('no deletion timestamp')
        },
        { timeout: '10s', every: '10ms' },
      )
      const goneMs = await waitFor(
        `namespace "${namespace}" and its volume "${volume}" gone`,
        async () => {
          if ((await lab.kube.get(reference)) !== null) return pending('the namespace is still terminating')
          const left = await lab.kube.get({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: volume } })
          return left === null ? Date.now() : pending(`volume "${volume}" is still there`)
        },
        { timeout: '120s', hint: `kubectl get namespace ${namespace} -o yaml` },
      )
      return {
        between: [requestedMs, seenMs],
        evidence: `namespace "${namespace}" and volume "${volume}" were gone ${goneMs - requestedMs} ms after the request`,
        heal: () => Promise.resolve('a deletion leaves nothing to take away'),
      }

      async function volumeOf(inNamespace: string, name: string): Promise<string> {
        const claim = await lab.kube.core.readNamespacedPersistentVolumeClaim({ namespace: inNamespace, name })
        if (!claim.spec?.volumeName)
          throw new Error(`claim "${name}" of namespace "${inNamespace}" has no volume to lose`)
        return claim.spec.volumeName
      }
    },
  }
}
