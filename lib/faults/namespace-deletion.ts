import { ownNamespace } from '../lab/namespaces.ts'
import { pending, waitFor } from '../system/wait.ts'
import type { Lab } from '../lab/lab.ts'
import type { Fault } from './fault.ts'
import { shellCommand } from '../output/shorten.ts'

/** Deletes the namespace with everything in it, including its volumes: an unplanned outage, or malice. */
export const namespaceDeletion = (): Fault => ({
  name: 'namespace-deletion',
  description: 'the namespace is deleted, with its volumes',
  requires: () => Promise.resolve([]),
  async plan(lab, { namespace, claims }) {
    const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
    const own = await ownNamespace(lab, namespace)
    const volumes = await Promise.all(claims.map((claim) => volumeOf(lab, namespace, claim)))
    const named = ['', ...volumes.map((volume) => `volume "${volume}"`)].join(' and ')
    return {
      undo: [{ kind: 'nothing', because: 'a deletion leaves nothing to undo' }],
      make: () => lab.kube.delete(own),
      async see(requestedMs) {
        const seenMs = await waitFor(
          `namespace "${namespace}" marked as deleted`,
          async () => {
            const object = await lab.kube.get(reference)
            return object === null || object.metadata.deletionTimestamp ? Date.now() : pending('no deletion timestamp')
          },
          { timeout: '10s', every: '10ms' },
        )
        const goneMs = await waitFor(
          `namespace "${namespace}"${named} gone`,
          async () => {
            if ((await lab.kube.get(reference)) !== null) return pending('the namespace is still terminating')
            const left = await Promise.all(volumes.map((name) => lab.kube.get(volumeReference(name))))
            const there = volumes.filter((_, index) => left[index] !== null)
            return there.length === 0 ? Date.now() : pending(`volume "${there.join('", "')}" is still there`)
          },
          { timeout: '120s', hint: shellCommand`kubectl get namespace ${namespace} -o yaml` },
        )
        return {
          between: [requestedMs, seenMs],
          evidence: `namespace "${namespace}"${named} were gone ${goneMs - requestedMs} ms after the request`,
        }
      },
    }
  },
})

const volumeReference = (name: string) => ({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name } })

async function volumeOf(lab: Lab, namespace: string, name: string): Promise<string> {
  const claim = await lab.kube.core.readNamespacedPersistentVolumeClaim({ namespace, name })
  if (claim.spec?.volumeName) return claim.spec.volumeName
  throw new Error(`claim "${name}" of namespace "${namespace}" has no volume to lose`)
}
