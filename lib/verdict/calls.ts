import type { z } from 'zod'
import type { CallSample } from '../record/facts.ts'
import { type DrillEvidence, select } from './evidence.ts'
import { sentOf } from './outages.ts'
import type { policy } from './schema/evidence.ts'

/** Calls that a policy of the mesh must deny, and what became of them. */
export interface Calls {
  samples: CallSample[]
  counts: z.infer<typeof policy>
}

/**
 * Null if no call was made. Calls before the first denied one do not count as served: a policy is in force only some time after it
 * was written.
 */
export function measureCalls({ facts, fault }: Pick<DrillEvidence, 'facts' | 'fault'>): Calls | null {
  const samples = select(facts, 'policy.probes').flatMap((batch) => batch.samples)
  if (samples.length === 0) return null
  const first = samples.findIndex(isDenied)
  const served = first === -1 ? [] : samples.slice(first).filter(([, , outcome]) => outcome === 'served')
  const [firstServed, lastServed] = [served[0], served.at(-1)]
  const denied = samples.filter(isDenied).length
  const open =
    firstServed === undefined || lastServed === undefined
      ? null
      : {
          afterFaultMs: fault && sentOf(firstServed) - fault.between[0],
          durationMs: sentOf(lastServed) - sentOf(firstServed),
        }
  return {
    samples,
    counts: {
      denied,
      served: served.length,
      other: samples.filter(([, , outcome]) => outcome === 'other').length,
      open,
    },
  }
}

export const isDenied = ([, , outcome]: CallSample): boolean => outcome === 'denied'
