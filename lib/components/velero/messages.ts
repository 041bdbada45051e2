import type { Lab } from '../../lab/lab.ts'
import { messageOf } from '../../system/message-of.ts'
import type { VeleroOperation } from './api.ts'
import { download } from './download.ts'
import { WRITTEN } from './snapshots.ts'

/** What Velero says in words; null where it has nothing to say. */
export interface Messages {
  errorMessages: string | null
  warningMessages: string | null
}

/** Messages by where they belong. */
interface Group {
  velero?: string[]
  cluster?: string[]
  namespaces?: Record<string, string[]>
}

/** Enough to see what is wrong; the rest is in Velero's log. */
const SHOWN = 5

/**
 * The errors of a Backup or Restore, and the warnings of a Backup: of them, a volume that was left out is one. Each restore
 * warns of what the cluster itself had made again by then.
 */
export async function readMessages(
  lab: Lab,
  { metadata, status = {} }: VeleroOperation,
  kind: 'Backup' | 'Restore',
): Promise<Messages> {
  const { phase = '', errors = 0, warnings = 0 } = status
  const warned = kind === 'Backup' && warnings > 0
  if (!WRITTEN.includes(phase) || (errors === 0 && !warned)) return { errorMessages: null, warningMessages: null }
  try {
    const results = (await download(lab, `${kind}Results`, metadata.name)) as { errors?: Group; warnings?: Group }
    return { errorMessages: wordsOf(results.errors), warningMessages: warned ? wordsOf(results.warnings) : null }
  } catch (error) {
    const unread = `not read: ${messageOf(error)}`
    return { errorMessages: unread, warningMessages: null }
  }
}

function wordsOf({ velero = [], cluster = [], namespaces = {} }: Group = {}): string | null {
  const all = [...new Set([...velero, ...cluster, ...Object.values(namespaces).flat()])]
  const rest = all.length > SHOWN ? [`and ${all.length - SHOWN} more`] : []
  return [...all.slice(0, SHOWN), ...rest].join('; ') || null
}
