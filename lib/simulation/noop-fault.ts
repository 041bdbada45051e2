import type { Fault } from '../faults/fault.ts'

/**
 * A fault that changes nothing, but is seen between the times that `strike` gives, or not at all where that throws. For tests
 * of the pipeline without a cluster, and never in a result.
 */
export const noopFault = (strike: () => [number, number] = now): Fault<string> => ({
  name: 'noop',
  description: 'nothing is changed',
  requires: () => Promise.resolve([]),
  plan: (_lab, { namespace }) =>
    Promise.resolve({
      undo: [{ kind: 'nothing', because: 'there was nothing to take away' }],
      make: () => Promise.resolve(),
      see: async () => {
        const between = await Promise.resolve().then(strike)
        return { between, evidence: `nothing was done to namespace "${namespace}"` }
      },
    }),
})

const now = (): [number, number] => [Date.now(), Date.now()]
