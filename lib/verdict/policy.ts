import { formatDuration } from '../system/quantity.ts'
import { answer, type Answer } from './answer.ts'
import { type Calls, isDenied } from './calls.ts'
import { select } from './evidence.ts'
import { findIncomplete } from './incomplete.ts'
import type { Measured } from './measure.ts'
import { sentOf } from './outages.ts'

/**
 * Null if the mesh offers no policies, or in an older run. A served call proves that the mesh failed open, whatever else is not known.
 * Otherwise the call must be seen denied before the fault, and again once the service was restored.
 */
export function judgePolicy(measured: Measured): Answer<'policy'> | null {
  const { facts, expectations, fault, recovery, calls } = measured
  if (calls === null)
    return expectations?.denial === true
      ? answer('policy.not-observed', 'no call that the policy of the mesh denies was made')
      : null
  const { samples, counts } = calls
  const { denied, served, other, open } = counts
  if (open !== null) return answer('policy.failed-open', describeOpen(served, open))
  if (denied === 0)
    return answer(
      'policy.never-denied',
      `none of ${samples.length} calls that the policy of the mesh denies was denied`,
    )
  const incomplete = findIncomplete({
    ...{ samples, probes: 'denied calls', prober: 'the prober of the policy' },
    intervalMs: Math.max(...select(facts, 'policy.probes').map(({ intervalMs }) => intervalMs)),
    sent: select(facts, 'policy.ended').at(-1)?.sent ?? null,
    batches: select(facts, 'policy.probes'),
    ends: select(facts, 'policy.ended'),
  })
  if ('trouble' in incomplete) return answer(`policy.${incomplete.trouble}`, incomplete.reason)
  const isDeniedWhen = (when: (ms: number) => boolean) =>
    samples.some((sample) => isDenied(sample) && when(sentOf(sample)))
  const [faultLow, faultHigh] = fault?.between ?? [Infinity, Infinity]
  if (!isDeniedWhen((ms) => ms < faultLow))
    return answer('policy.not-denied-before', 'the call that the policy denies was not seen denied before the fault')
  const restoredMs = recovery?.rtoMs ? Math.max(faultHigh, faultLow + recovery.rtoMs.high) : null
  if (restoredMs !== null && !isDeniedWhen((ms) => ms >= restoredMs))
    return answer(
      'policy.not-denied-after',
      'the call that the policy denies was not seen denied after the service was restored',
    )
  return answer(
    'policy.denied',
    `the call that the policy denies was denied ${denied} times and never served; ${other} times it got no answer, or another one`,
  )
}

function describeOpen(served: number, { afterFaultMs, durationMs }: NonNullable<Calls['counts']['open']>): string {
  const since =
    afterFaultMs === null
      ? ''
      : afterFaultMs < 0
        ? ', from before the fault on'
        : `, from ${formatDuration(afterFaultMs)} after the fault on`
  const calls = served === 1 ? '1 call' : `${served} calls`
  return `the mesh failed open: it served ${calls} that its policy denies, within ${formatDuration(durationMs)}${since}`
}
