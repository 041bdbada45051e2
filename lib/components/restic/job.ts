import { createHash } from 'node:crypto'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { withMarks } from '../../lab/mesh-traits.ts'
import { DEADLINE_SECONDS, deleteJob, waitForJob } from '../support/job-pods.ts'
import { MANAGED } from '../support/namespace-objects.ts'
import { CLAIM_TAG, parseOutput, type ResticOutput } from './output.ts'
import { secretsInEnvironment, type Repository } from './repository.ts'

/** Prefix of the names of all Jobs, and so of their pods. */
export const PREFIX = 'restic-'

/** Labels of every pod that moves data. No other pod has them. */
export const MOVER_LABELS = { ...MANAGED, 'app.kubernetes.io/name': 'restic' }

/** Mount path of the claim. A snapshot keeps its paths, so backup and restore must use the same one. */
const MOUNT = '/data'

/** The restic command of one Job, for one claim. */
export interface Task {
  claim: string
  args: string[]
  /** True for a backup, which must not change the volume. */
  readOnly: boolean
  /**
   * Name of a group of Jobs that run on one node, at most 63 characters: one pod mounts the volumes of all, and a new volume may
   * belong to the node of its first pod. Absent for a Job that may run anywhere.
   */
  group?: string
}

/** Label of a group. */
const GROUP = 'meshdrill.dev/restic-group'

export const backupTask = (namespace: string, claim: string): Task => ({
  claim,
  args: ['backup', MOUNT, `--host=${namespace}`, `--tag=${CLAIM_TAG}${claim}`],
  readOnly: true,
})

/** Restores the snapshot's `/data` to `/data`, with the owner and the mode of the volume's root folder. */
export const restoreTask = (claim: string, snapshot: string, group?: string): Task => ({
  claim,
  args: ['restore', snapshot, '--target=/'],
  readOnly: false,
  ...(group === undefined ? {} : { group }),
})

/** The node of the first pod of a group is the node of all. */
const onOneNode = (group: string) => ({
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { labelSelector: { matchLabels: { [GROUP]: group } }, topologyKey: 'kubernetes.io/hostname' },
    ],
  },
})

/** Name of a Job. It is unique for each operation and claim, and short enough for the Job's pods. */
export const jobName = (action: string, operation: string, claim: string): string =>
  `${PREFIX}${action}-${createHash('sha256').update(`${operation}/${claim}`).digest('hex').slice(0, 10)}`

/** Spec of a Job. CronJobs use the same spec. */
export function jobSpec(lab: Lab, repository: Repository, task: Task): Record<string, unknown> {
  return {
    activeDeadlineSeconds: DEADLINE_SECONDS,
    // Two retries replace killed pods. An error of restic itself fails each time.
    backoffLimit: 2,
    template: {
      // A mesh proxy keeps running, so a Job with one would not end.
      metadata: withMarks(
        { labels: { ...MOVER_LABELS, ...(task.group === undefined ? {} : { [GROUP]: task.group }) } },
        lab.mesh.keepsOut,
      ),
      spec: {
        restartPolicy: 'Never',
        ...(task.group === undefined ? {} : { affinity: onOneNode(task.group) }),
        automountServiceAccountToken: false,
        // Only root can read every file and restore its owner.
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
              // By default restic logs its progress up to 60 times a second.
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
  /** Terminal condition of the Job: `Complete` or `Failed`. */
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

/** Resolves when a Job of a CronJob has ended. Kubernetes deletes the Job a few seconds later. */
export async function waitForScheduledJob(lab: Lab, namespace: string, name: string, claim: string): Promise<TaskEnd> {
  const { log, ...end } = await waitForJob(lab, jobReference(namespace, name))
  const succeeded = end.state === 'Complete'
  const output = parseOutput(log)
  return { claim, ...end, succeeded, ...output, hasUnreadableIndex: !succeeded && output.hasUnreadableIndex }
}

/** Resolves when the Job has ended, and deletes it with its pods. A pod that stays would look like a running mover. */
export async function waitForJobAndDelete(lab: Lab, namespace: string, name: string, claim: string): Promise<TaskEnd> {
  const end = await waitForScheduledJob(lab, namespace, name, claim)
  await deleteJob(lab, jobReference(namespace, name))
  return end
}
