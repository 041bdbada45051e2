import type { OperationResult } from '../record/facts.ts'
import type { BackupTool, InstalledTool } from '../components/tool.ts'

/** What is asked of the tool: a backup, a restore, or a copy restored into the namespace `into`. */
export interface NoopOperation {
  kind: 'backup' | 'restore'
  into: string | null
}

/**
 * A tool that moves nothing, and says so unless `perform` says otherwise. For tests of the pipeline without a cluster, and
 * never in a result.
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
        moving: () => Promise.resolve(true),
        async finished() {
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
