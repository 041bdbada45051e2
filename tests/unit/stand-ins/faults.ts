import type { V1Node, V1Pod } from '@kubernetes/client-node'
import { noopTool, noopMesh } from '../../../lib/simulation/noop-tool.ts'
import type { Backup, ToolParts } from '../../../lib/components/tool.ts'
import type { FaultTarget } from '../../../lib/faults/fault.ts'
import { ledger } from '../../../lib/workloads/ledger/ledger.ts'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'

/** What a drill aims a fault at: a ledger in namespace "drill", backed up by a tool of these parts. */
export function faultTarget(parts: Partial<ToolParts> = {}, backup: Backup | null = null): FaultTarget {
  const tool = noopTool().attach(noopLab())
  return {
    namespace: 'drill',
    pods: { labels: { app: 'ledger' }, container: 'ledger' },
    claims: ['ledger-data'],
    workload: ledger,
    seed: 7,
    mesh: noopMesh,
    tool: { ...tool, parts: (namespace) => ({ ...tool.parts(namespace), ...parts }) },
    backup,
  }
}

/** Objects of the API as plain data, of which only this is there. */
export const podOf = (part: object): V1Pod => part
export const nodeOf = (part: object): V1Node => part
