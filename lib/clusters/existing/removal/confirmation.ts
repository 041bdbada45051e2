import type { ClusterOptions } from '../../../lab/cluster.ts'
import { printable, shellCommand } from '../../../output/shorten.ts'
import { NAMESPACE } from '../lease/lease.ts'
import type { Notes } from '../lease/notes.ts'
import type { ExistingOptions } from '../options.ts'
import { partNamed } from '../plan/parts.ts'
import type { SurveyedCluster } from '../survey.ts'
import { labScopeOf } from './instances.ts'

/** Shows what the removal of a lab will remove, before it starts. */
export async function announceRemoval(
  surveyed: SurveyedCluster,
  notes: Notes,
  log: ClusterOptions['log'],
): Promise<void> {
  const { context, reached, kube } = surveyed
  const { owner, parts, store } = notes
  const { namespaces } = await labScopeOf(kube, notes)
  log(`context ${printable(context.name)}: ${context.server}, kube-system ${reached.uid}`)
  log(printable(`  lab of process ${owner.pid} on ${owner.host}${notes.keep ? ', kept' : ''}`))
  for (const [name, { state }] of Object.entries(parts)) {
    const part = partNamed(name)
    const title = part?.title ?? name
    const where = part?.namespaces ?? []
    if (state === 'installed' || state === 'intended')
      log(
        printable(`  will be removed, but only objects that this lab created: ${title}, namespace ${where.join(', ')}`),
      )
    if (state === 'unproven') log(printable(`  will not be removed, because its creator is not proven: ${title}`))
  }
  for (const name of [...namespaces, NAMESPACE]) log(printable(`  will be removed: namespace ${name}`))
  if (store)
    log(printable(`  will be removed: objects below "${store.prefix}" of bucket "${store.bucket}" of ${store.url}`))
}

/** Errors: the user has not confirmed this cluster; the message has the command that does. */
export function requireRemovalConfirmed({ context, reached }: SurveyedCluster, { confirm }: ExistingOptions): void {
  if (confirm === reached.uid) return
  const command = shellCommand`MESHDRILL_CLUSTER=existing MESHDRILL_CONTEXT=${context.name} MESHDRILL_CONFIRM=${reached.uid} npm run lab:down`
  if (confirm === null)
    throw new Error(`Nothing was changed. After your confirmation, the above is removed. Next, to confirm: ${command}`)
  throw new Error(
    `Nothing was changed. Context "${context.name}" leads to cluster ${reached.uid}, but cluster ${printable(confirm)} was confirmed. Next, if this cluster is right: ${command}`,
  )
}
