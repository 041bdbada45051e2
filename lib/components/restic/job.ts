import { createHash } from 'node:crypto'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { withMarks } from '../../lab/mesh-traits.ts'
import { DEADLINE_SECONDS, deleteJob, waitForJob } from '../support/job-pods.ts'
import { MANAGED } from '../support/namespace-objects.ts'
import { CLAIM_TAG, parseOutput, type ResticOutput } from './output.ts'
import { secretsInEnvironment, type Repository } from './repository.ts'

/** Names of Jobs, and so of their pods, begin with it. */
export const PREFIX = 'restic-'

/** On every pod that moves data, and on nothing else. */
export const MOVER = { ...MANAGED, 'app.kubernetes.io/name': 'restic' }

/** Where a claim is mounted. restic keeps the path: a backup and its restore must agree. */
const MOUNT = '/data'

/** What one Job does with one claim. */
export interface Task {
  claim: string
  args: string[]
  /** A backup never writes to what it reads. */
  readOnly: boolean
}

export const backupTask = (namespace: string, claim: string): Task => ({
  claim,
  args: ['backup', MOUNT, `--host=${namespace}`, `--tag=${CLAIM_TAG}${claim}`],
  readOnly: true,
})

/** Puts the snapshot's `/data` at `/data`, with the owner and the mode of the volume's own folder. */
export const restoreTask = (claim: string, snapshot: string): Task => ({
  claim,
  args: ['restore', snapshot, '--target=/'],
  readOnly: false,
})

/** A name that is unique to the operation and the claim, and short enough for a Job and its pods. */
export const jobName = (action: string, operation: string, claim: string): string =>
  `${PREFIX}${action}-${createHash('sha256').update(`${operation}/${claim}`).digest('hex').slice(0, 10)}`

/** Spec of a Job; one of a CronJob is the same. */
export function jobSpec(lab: Lab, repository: Repository, task: Task): Record<string, unknown> {
  return {
    activeDeadlineSeconds: DEADLINE_SECONDS,
    // A pod that is killed is replaced; what fails by itself does so again.
    backoffLimit: 2,
    template: {
      // A Job with a proxy of the mesh would never end.
      metadata: withMarks({ labels: MOVER }, lab.mesh.keepsOut),
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        // Only root reads every file, and gives one its owner back.
        securityContext: { runAsUser: 0, runAsGroup: 0 },
        containers: [
          {
            name: 'restic',
            image: lab.artifacts.image('restic/restic'),
            imagePullPolicy: 'IfNotPresent',
            args: [...task.args, '--json', '--no-cache'],
            env: [
              { name: 'RESTIC_REPOSITORY', value: repository.url },
              { name: 'AWS_DEFAULT_REGION', value: lab.store.region },
              // It would tell its progress 60 times a second.
              { name: 'RESTIC_PROGRESS_FPS', value: '0.2' },
            ],
            envFrom: secretsInEnvironment,
            resources: { requests: { cpu: '50m', memory: '64Mi' } },
            volumeMounts: [{ name: 'data', mountPath: MOUNT, readOnly: task.readOnly }],
          },
        ],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: task.claim } }],
      },
    },
  }
}

export interface TaskEnd extends ResticOutput {
  claim: string
  /** `Complete`, or `Failed` by the Job's own word. */
  state: string
  succeeded: boolean
  startedMs: number | null
  endedMs: number | null
  exitCode: number | null
  reason: string | null
}

export const jobReference = (namespace: string, name: string) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace },
})

export async function startJob(
  lab: Lab,
  repository: Repository,
  { namespace, name, task }: { namespace: string; name: string; task: Task },
): Promise<void> {
  await lab.kube.apply([jobObject(lab, repository, { namespace, name, task })])
}

export const jobObject = (
  lab: Lab,
  repository: Repository,
  { namespace, name, task }: { namespace: string; name: string; task: Task },
): KubeObject => ({
  ...jobReference(namespace, name),
  metadata: { name, namespace, labels: MANAGED },
  spec: jobSpec(lab, repository, task),
})

/** Resolves when a Job that a CronJob made has ended; the CronJob takes it away. */
export async function endOfScheduledJob(lab: Lab, namespace: string, name: string, claim: string): Promise<TaskEnd> {
  const { log, ...end } = await waitForJob(lab, jobReference(namespace, name))
  const succeeded = end.state === 'Complete'
  const output = parseOutput(log)
  return { claim, ...end, succeeded, ...output, hasUnreadableIndex: !succeeded && output.hasUnreadableIndex }
}

/** Resolves when the Job has ended. It goes then, with its pods: what stays would look like a mover at work. */
export async function endOfJob(lab: Lab, namespace: string, name: string, claim: string): Promise<TaskEnd> {
  const end = await endOfScheduledJob(lab, namespace, name, claim)
  await deleteJob(lab, jobReference(namespace, name))
  return end
}
