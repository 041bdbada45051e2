import type { KubeObject } from '../kube/object.ts'
import { pending, waitFor } from '../kube/wait.ts'
import type { Lab } from '../lab.ts'
import { healChaos, injectChaos, readFault } from './chaos-mesh.ts'
import type { Fault, FaultTarget } from './fault.ts'

const RECORDS = 8

/** Bytes of the volume are flipped in place, behind the service's back, by a Chaos Mesh Workflow's task. */
export function volumeCorruption(): Fault {
  return {
    name: 'volume-corruption',
    description: `a byte of each of ${RECORDS} records is flipped in place`,
    requires: () => Promise.resolve([]),
    async inject(lab, target) {
      const workflow = await workflowFor(target)
      const { changes, fromMs } = await injectChaos(lab, workflow, async () =>
        parseChanges(await logOfTask(lab, workflow)),
      )
      const firstMs = Math.min(...changes.map((change) => change.atMs))
      return {
        between: [fromMs, firstMs],
        evidence: changes.map((c) => `${c.file}@${c.offset}: ${c.before} became ${c.after}`).join('; '),
        heal: () => healChaos(lab, workflow),
      }
    },
  }
}

async function workflowFor(target: FaultTarget): Promise<KubeObject> {
  const workflow = (await readFault('corrupt-volume.yaml', { namespace: target.namespace })) as WorkflowObject
  const [template] = workflow.spec.templates
  if (template === undefined) throw new Error('chaos/corrupt-volume.yaml has no template')
  const { command } = template.task.container
  template.task.container.command = withFlags(command, { '--seed': target.seed, '--records': RECORDS })
  for (const volume of template.task.volumes) volume.persistentVolumeClaim.claimName = target.claim
  return workflow
}

interface WorkflowObject extends KubeObject {
  spec: {
    templates: {
      task: { container: { command: string[] }; volumes: { persistentVolumeClaim: { claimName: string } }[] }
    }[]
  }
}

const withFlags = (command: string[], flags: Record<string, number>): string[] =>
  command.map((word, index) => String(flags[command[index - 1] ?? ''] ?? word))

/** The task's pod outlives the task; its log is the evidence. */
async function logOfTask(lab: Lab, workflow: KubeObject): Promise<string> {
  const { name, namespace = '' } = workflow.metadata
  const labels = { 'chaos-mesh.org/workflow': name }
  const pod = await waitFor(
    `task of Workflow "${name}" in namespace "${namespace}" ended`,
    async () => {
      const pods = await lab.kube.pods(namespace, labels)
      const [task] = pods.filter((p) => p.spec?.containers.some((container) => container.name === 'corrupt'))
      const status = task?.status?.containerStatuses?.find((container) => container.name === 'corrupt')
      if (status?.state?.terminated) return { name: task?.metadata?.name ?? '', code: status.state.terminated.exitCode }
      return pending(task ? JSON.stringify(status?.state ?? task.status?.phase) : 'no pod yet')
    },
    { timeout: '60s', every: '100ms', hint: `kubectl -n ${namespace} describe workflow ${name}` },
  )
  const log = await lab.kube.core.readNamespacedPodLog({ namespace, name: pod.name, container: 'corrupt' })
  if (pod.code !== 0) throw new Error(`the task that corrupts the volume failed with exit code ${pod.code}: ${log}`)
  return log
}

interface Change {
  file: string
  offset: number
  before: string
  after: string
  atMs: number
}

/** The log of `ledger corrupt`: a JSON line for each change, and a last one that sums up. */
export function parseChanges(log: string): { changes: Change[]; fromMs: number } {
  const lines = log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, string | number>)
  const summary = lines.pop()
  const changes = lines.map((line) => ({
    file: String(line.file),
    offset: Number(line.offset),
    before: String(line.before),
    after: String(line.after),
    atMs: Date.parse(String(line.at)),
  }))
  if (summary?.changed !== changes.length || changes.length === 0) {
    throw new Error(`the log of the task that corrupts the volume is not whole: ${log.slice(0, 500)}`)
  }
  return { changes, fromMs: Date.parse(String(summary.from)) }
}
