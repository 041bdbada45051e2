import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import {
  create,
  deleteMarked,
  deletionOf,
  markOf,
  readFault,
  referenceOf,
} from '../../components/chaos-mesh/chaos-mesh.ts'
import type { Undos } from '../../lab/undo.ts'
import { shellCommand } from '../../output/shorten.ts'

/** A task on a volume: a Chaos Mesh Workflow whose one pod mounts the claim beside the service. */
export interface VolumeTask {
  /** Name of its file in `chaos/`. */
  file: string
  namespace: string
  claim: string
  /** The workload's own program, in place of the one in the file. */
  program: VolumeProgram
}

export interface VolumeProgram {
  /** By its name among the artifacts. */
  image: string
  command: string[]
}

interface WorkflowObject extends KubeObject {
  spec: {
    templates: {
      task: {
        container: { name: string; image: string; command: string[] }
        volumes: { persistentVolumeClaim: { claimName: string } }[]
      }
    }[]
  }
}

/** A task that is ready to start. */
export interface PlannedTask {
  workflow: KubeObject
  start(): Promise<void>
  /** Resolves with the log of the task when it has ended. Errors: the task failed. */
  log(): Promise<string>
}

export async function planTask(lab: Lab, task: VolumeTask): Promise<PlannedTask> {
  const workflow = (await readFault(task.file, { namespace: task.namespace })) as WorkflowObject
  const [template] = workflow.spec.templates
  if (template === undefined) throw new Error(`chaos/${task.file} has no template`)
  const { container, volumes } = template.task
  container.image = lab.artifacts.image(task.program.image)
  container.command = task.program.command
  for (const volume of volumes) volume.persistentVolumeClaim.claimName = task.claim
  return {
    workflow,
    start: () => create(lab, workflow),
    log: () => logOfTask(lab, workflow, container.name),
  }
}

/** The Workflow stays, with its pod, until it is deleted. */
export const undosOf = ({ workflow }: PlannedTask): Undos => [
  deletionOf(workflow),
  { kind: 'end-task', workflow: referenceOf(workflow) },
]

/** Runs a task that undoes something, and removes it. One that an earlier attempt left is removed first. */
export async function runTask(lab: Lab, task: VolumeTask, read: (log: string) => string): Promise<string> {
  const planned = await planTask(lab, task)
  const reference = referenceOf(planned.workflow)
  const remove = async (object: KubeObject): Promise<void> => {
    await deleteMarked(lab, reference, markOf(object))
    await taskEnded(lab, reference)
  }
  const left = await lab.kube.get(reference)
  if (left !== null) await remove(left)
  await planned.start()
  const words = read(await planned.log())
  await remove(planned.workflow)
  return words
}

const labelsOf = ({ metadata }: ObjectReference) => ({ 'chaos-mesh.org/workflow': metadata.name })

/** The task's pod outlives the task; its log is the evidence. */
async function logOfTask(lab: Lab, workflow: KubeObject, container: string): Promise<string> {
  const { name, namespace = '' } = workflow.metadata
  const ended = await waitFor(
    `task of Workflow "${name}" in namespace "${namespace}" ended`,
    async () => {
      const pods = await lab.kube.pods(namespace, labelsOf(workflow))
      const pod = pods.find(({ spec }) => spec?.containers.some((one) => one.name === container))
      const state = pod?.status?.containerStatuses?.find((status) => status.name === container)?.state
      if (state?.terminated) return { pod: pod?.metadata?.name ?? '', code: state.terminated.exitCode }
      return pending(pod ? JSON.stringify(state ?? pod.status?.phase) : 'no pod yet')
    },
    { timeout: '120s', every: '100ms', hint: shellCommand`kubectl -n ${namespace} describe workflow ${name}` },
  )
  const log = await lab.kube.core.readNamespacedPodLog({ namespace, name: ended.pod, container })
  if (ended.code !== 0) throw new Error(`task "${container}" of "${name}" failed with exit code ${ended.code}: ${log}`)
  return log
}

interface WorkflowNode extends KubeObject {
  spec: { workflowName: string }
}

/** Resolves when the nodes and pods of a deleted Workflow are gone, which is some time after it: the pods hold the claim. */
export async function taskEnded(lab: Lab, workflow: ObjectReference): Promise<string> {
  const { name, namespace = '' } = workflow.metadata
  const nodes = { group: 'chaos-mesh.org', version: 'v1alpha1', plural: 'workflownodes', namespace }
  await waitFor(
    `pods of ${workflow.kind} "${name}" gone`,
    async () => {
      const pods = (await lab.kube.pods(namespace, labelsOf(workflow))).map(({ metadata }) => metadata?.name ?? '?')
      const { items } = (await lab.kube.custom.listNamespacedCustomObject(nodes)) as { items: WorkflowNode[] }
      const left = items.filter(({ spec }) => spec.workflowName === name)
      if (pods.length + left.length === 0) return true
      return pending([...pods, ...left.map(({ metadata }) => `node ${metadata.name}`)].join(', '))
    },
    { timeout: '60s', hint: shellCommand`kubectl -n ${namespace} get pods,workflownodes` },
  )
  return `pods of ${workflow.kind} "${name}" are gone`
}
