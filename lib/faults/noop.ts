import type { Fault } from './fault.ts'

/**
 * A fault that hurts nothing, but is seen between the times that `strike` gives, or not at all where that throws. For tests
 * of the pipeline without a cluster, and never in a result.
 */
export const noopFault = (strike: () => [number, number] = now): Fault => ({
  name: 'noop',
  description: 'nothing is hurt',
  requires: () => Promise.resolve([]),
  async inject(_lab, { namespace }) {
    const between = await Promise.resolve().then(strike)
    return {
      between,
      evidence: `nothing was done to namespace "${namespace}"`,
      heal: () => Promise.resolve('there was nothing to take away'),
    }
  },
})

const now = (): [number, number] => [Date.now(), Date.now()]
