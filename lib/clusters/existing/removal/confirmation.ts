import type { ClusterOptions } from '../../../lab/cluster.ts'
import { printable, shellCommand } from '../../../output/shorten.ts'
import { NAMESPACE } from '../lease/lease.ts'
import type { Notes } from '../lease/notes.ts'
import type { ExistingOptions } from '../options.ts'
import { partNamed } from '../plan/parts.ts'
import type { Look } from '../survey.ts'
import { estateOf } from './instances.ts'

/** Shows what the removal of a lab will remove, before it starts. */
export async function announceRemoval(look: Look, notes: Notes, log: ClusterOptions['log']): Promise<void> {
  const { context, reached, kube } = look
  const { owner, parts, store } = notes
  const { namespaces } = await estateOf(kube, notes)
  log(`context ${printable(context.name)}: ${context.server}, kube-system ${reached.uid}`)
  log(printable(`  lab of process ${owner.pid} on ${owner.host}${notes.keep ? ', which was to be kept' : ''}`))
  for (const [name, { state }] of Object.entries(parts)) {
    const part = partNamed(name)
    const title = part?.title ?? name
    const where = part?.namespaces ?? []
    if (state === 'installed' || state === 'intended')
      log(printable(`  will be removed as far as this lab made it: ${title}, namespace ${where.join(', ')}`))
    if (state === 'unproven') log(printable(`  will be left, as nobody can prove who made it: ${title}`))
  }
  for (const name of [...namespaces, NAMESPACE]) log(printable(`  will be removed: namespace ${name}`))
  if (store)
    log(printable(`  will be removed: objects below "${store.prefix}" of bucket "${store.bucket}" of ${store.url}`))
}

/** Errors: the user has not confirmed this cluster; the message has the command that does. */
export function requireRemovalConfirmed({ context, reached }: Look, { confirm }: ExistingOptions): void {
  if (confirm === reached.uid) return
  const command = shellCommand`MESHDRILL_CLUSTER=existing MESHDRILL_CONTEXT=${context.name} MESHDRILL_CONFIRM=${reached.uid} npm run lab:down`
  if (confirm === null)
    throw new Error(`Nothing was changed. The above will be removed when it is confirmed. Next: ${command}`)
  throw new Error(
    `Nothing was changed. Context "${context.name}" leads to another cluster than the one that was confirmed: ${reached.uid}, not ${printable(confirm)}. Next, if it is meant: ${command}`,
  )
}
