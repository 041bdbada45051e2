import type { OperationResult, Write } from '../record/facts.ts'
import type { BackupTool, InstalledTool } from '../components/tool.ts'
import type { Fault } from '../faults/fault.ts'
import { noState, noTraits } from '../components/none/traits.ts'
import type { InstalledMesh } from '../components/mesh.ts'
import { undamaged } from '../workloads/damage.ts'
import type { Workload } from '../workloads/workload.ts'

const RECORD_BYTES = 4096

/**
 * A workload without a cluster. Every seeded record is intact, and every acknowledged write is stored, except those that
 * `forgets` selects.
 */
export const noopWorkload = (forgets: (write: Write) => boolean = () => false): Workload => ({
  name: 'noop',
  title: 'No-op',
  about: 'It has no data. It replaces a service if there is no cluster.',
  loss: { by: 'writes' },
  images: [],
  artifacts: null,
  clients: { load: '', prober: '' },
  damage: undamaged,
  deploy: (_lab, namespace) =>
    Promise.resolve({
      namespace,
      service: { namespace, name: 'noop', port: 80 },
      pods: { labels: { app: 'noop' }, container: 'noop' },
      claims: ['noop-data'],
      answers: () => Promise.resolve(),
      seed: (_route, { bytes }) => Promise.resolve(Math.ceil(bytes / RECORD_BYTES)),
      discard: () => Promise.resolve(),
      async verify(_route, { seeded, writes }) {
        const sent = await writes()
        const slots = new Map<number, number>()
        for (const { slot } of sent) slots.set(slot, slot < seeded ? slot : -1)
        for (const write of sent)
          if (write.acknowledgedMs !== null && !forgets(write)) slots.set(write.slot, write.sequence)
        const appended = [...slots].filter(([slot, sequence]) => slot >= seeded && sequence >= 0).length
        const objects = seeded + appended
        return { objects, bytes: objects * RECORD_BYTES, findings: [], slots: [...slots], error: null }
      },
    }),
})

/** A mesh without proxies. Its routes lead nowhere. For tests of the pipeline without a cluster, never for a result. */
export const noopMesh: InstalledMesh = {
  ...noTraits,
  version: 'none',
  namespaces: [],
  expose: ({ namespace, name, port }) =>
    Promise.resolve({
      route: { url: `http://${name}.${namespace}:${port}`, host: name },
      denied: null,
      end: () => Promise.resolve(),
    }),
  state: () => Promise.resolve(noState),
}

/**
 * A fault that changes nothing. It is observed between the times that `strike` returns, or not at all if `strike` throws. For
 * tests of the pipeline without a cluster, never for a result.
 */
export const noopFault = (strike: () => [number, number] = now): Fault<string> => ({
  name: 'noop',
  description: 'nothing is changed',
  requires: () => Promise.resolve([]),
  plan: (_lab, { namespace }) =>
    Promise.resolve({
      undo: [{ kind: 'nothing', because: 'there was nothing to undo' }],
      make: () => Promise.resolve(),
      see: async () => {
        const between = await Promise.resolve().then(strike)
        return { between, evidence: `nothing was done to namespace "${namespace}"` }
      },
    }),
})

const now = (): [number, number] => [Date.now(), Date.now()]

/** A request to the tool: a backup, a restore, or a restored copy in the namespace `into`. */
export interface NoopOperation {
  kind: 'backup' | 'restore'
  into: string | null
}

/**
 * A tool that moves nothing. It reports that, unless `perform` returns another result. For tests of the pipeline without a
 * cluster, never for a result.
 */
export function noopTool(perform: (operation: NoopOperation) => OperationResult = moveNothing): BackupTool {
  const installed: InstalledTool = {
    name: 'noop',
    strategy: 'none',
    version: 'none',
    parts: () => ({ pods: [{ namespace: 'noop-tool', prefix: '' }], mover: null, secret: null, prefix: null }),
    backup: (_namespace, { name }) =>
      Promise.resolve({
        name,
        waitUntilMoving: () => Promise.resolve(true),
        async waitUntilFinished() {
          const result = await run({ kind: 'backup', into: null })
          return { name, result, objects: [], restore: ({ into = null } = {}) => run({ kind: 'restore', into }) }
        },
      }),
  }
  const run = (operation: NoopOperation) => Promise.resolve(operation).then(perform)
  return {
    name: installed.name,
    strategy: installed.strategy,
    volumes: 'any',
    requires: () => Promise.resolve([]),
    install: () => Promise.resolve(installed),
    attach: () => installed,
  }
}

function moveNothing(): OperationResult {
  const atMs = Date.now()
  return { state: 'Completed', succeeded: true, startedMs: atMs, endedMs: atMs, bytes: 0, details: {} }
}
