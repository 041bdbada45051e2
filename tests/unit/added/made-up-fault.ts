import type { Fault } from '../../../lib/faults/fault.ts'

/** A fault that takes the service's namespace away. A test adds it to a copy of lib/faults. */
export const madeUp = <Name extends string>(name: Name): Fault<Name> => ({
  name,
  description: 'the namespace is gone',
  requires: () => Promise.resolve([]),
  plan: (lab, { namespace }) =>
    Promise.resolve({
      undo: [{ kind: 'nothing', because: 'the namespace comes back from the backup' }],
      make: () => lab.kube.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
      see: (requestedMs) =>
        Promise.resolve({ between: [requestedMs, requestedMs + 1], evidence: `namespace "${namespace}" is gone` }),
    }),
})
