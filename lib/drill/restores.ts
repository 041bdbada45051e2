import { removeNamespace } from '../lab/namespaces.ts'
import type { KubeObject } from '../kube/object.ts'
import { pending, waitFor } from '../system/wait.ts'
import type { ClaimState, IntegrityCheck, OperationResult } from '../record/facts.ts'
import type { Backup } from '../components/tool.ts'
import type { DrillContext } from './context.ts'
import type { Running } from './service.ts'
import { shellCommand } from '../output/shorten.ts'

export interface Restores {
  /** Restores into the namespace of the service. Resolves at the tool's terminal state. */
  restore: (backup: Backup) => Promise<OperationResult>
  /** Resolves when the restored claims have volumes. True if the restore ended before that was seen. */
  claimedOrEnded: (restoring: Promise<unknown>) => Promise<boolean>
  /** Restores a copy beside the service, reads it back and removes it. */
  prove: (backup: Backup) => Promise<void>
}

/**
 * Records each restore of a drill, with the existence of all claims of the service before and after it. For a service without
 * claims nothing is recorded of them.
 */
export function watchRestores(context: DrillContext, { service, seeded, measuring }: Running): Restores {
  const { lab, mesh, namespace, record, seed } = context
  type Claim = KubeObject & { status?: { phase?: string } }
  const readClaims = (): Promise<(Claim | null)[]> =>
    Promise.all(
      service.claims.map((name) =>
        lab.kube.get<Claim>({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace } }),
      ),
    )
  const lookForClaims = async (): Promise<{ claim?: ClaimState }> =>
    service.claims.length === 0 ? {} : { claim: (await readClaims()).includes(null) ? 'gone' : 'there' }
  const readCopy = async (copy: string): Promise<IntegrityCheck> => {
    try {
      const { route, end } = await mesh.expose({ ...service.service, namespace: copy })
      try {
        await service.answers(route)
        return await service.verify(route, { seed, seeded, writes: measuring.writes, namespace: copy })
      } finally {
        await end()
      }
    } catch (error) {
      // A copy that does not answer is a finding about the backup, not an error of the drill.
      return { objects: 0, bytes: 0, findings: [], slots: [], error: String(error) }
    }
  }
  return {
    async restore(backup) {
      record({ kind: 'restore.requested', name: backup.name, ...(await lookForClaims()) })
      const operation = await backup.restore()
      record({ kind: 'restore.ended', name: backup.name, operation, ...(await lookForClaims()) })
      return operation
    },
    async claimedOrEnded(restoring) {
      let over = false
      void restoring.then(() => (over = true))
      return waitFor(
        `claims ${service.claims.map((name) => `"${name}"`).join(', ')} of namespace "${namespace}" bound`,
        async () => {
          if (over) return true
          const phases = (await readClaims()).map((claim) => claim?.status?.phase ?? 'no claim')
          return phases.every((phase) => phase === 'Bound') ? false : pending(phases.join(', '))
        },
        {
          timeout: '5m',
          every: '50ms',
          hint: shellCommand`kubectl -n ${namespace} describe pvc`,
          ...(context.clock === undefined ? {} : { clock: context.clock }),
        },
      )
    },
    async prove(backup) {
      const copy = `${namespace}-copy`
      await removeNamespace(lab, copy)
      try {
        const operation = await backup.restore({ into: copy })
        const check = await readCopy(copy)
        record({ kind: 'backup.proved', name: backup.name, operation, check })
      } finally {
        await removeNamespace(lab, copy)
      }
    },
  }
}
