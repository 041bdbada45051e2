import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AppsV1Api, CoreV1Api, CustomObjectsApi, KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node'
import type { KubeClient } from '../../../lib/kube/client.ts'
import type { KubeObject, ObjectReference } from '../../../lib/kube/object.ts'
import type { Lab } from '../../../lib/lab/lab.ts'
import type { ServedKinds } from '../../../lib/components/support/namespace-objects.ts'
import { labWith, only } from './lab.ts'
import { annotatedMesh } from './meshes.ts'
import { quote } from './shell.ts'

/** The end of a Job as soon as it is applied; null: the Job keeps running. */
export type JobEnding = { state: 'Complete' | 'Failed'; log?: string; exitCode?: number; reason?: string } | null

interface Options {
  /** The objects of the namespace `drill` on the API server. */
  objects?: KubeObject[]
  endJob?: (job: KubeObject) => JobEnding
  /** Called after an object was applied, to simulate its controllers. */
  onApply?: (object: KubeObject, kube: KubeClient) => Promise<void>
  /** Lists of custom resources and Jobs, by the plural of their kind. */
  lists?: Record<string, () => KubeObject[]>
  deployments?: KubeObject[]
  restic?: ResticStandIn
}

/** A stand-in for the restic program. */
export interface ResticStandIn {
  path: string
  calls: () => string[]
  /** Sets the output of `restic snapshots`. */
  answer: (snapshots: object[]) => void
}

/** `config` is the exit code of `restic cat config`: 10 if the repository does not exist. */
export function standInRestic(folder: string, config = 0): ResticStandIn {
  const path = join(folder, 'restic')
  const calls = join(folder, 'calls')
  const snapshots = join(folder, 'snapshots')
  const lines = ['#!/bin/sh', `echo "$*" >> ${quote(calls)}`, `case "$1" in`, `cat) exit ${config} ;;`]
  writeFileSync(path, [...lines, `snapshots) cat ${quote(snapshots)} ;;`, 'esac', ''].join('\n'))
  chmodSync(path, 0o755)
  writeFileSync(calls, '')
  const answer = (list: object[]) => {
    writeFileSync(snapshots, JSON.stringify(list))
  }
  answer([])
  return { path, answer, calls: () => readFileSync(calls, 'utf8').split('\n').filter(Boolean) }
}

const started = new Date('2026-11-21T02:00:00Z')
const ended = new Date('2026-11-21T02:00:09Z')

/** A lab with a namespace to back up. `endJob` decides how its Jobs end. */
export function backedUpLab({
  objects = [],
  endJob = () => null,
  onApply,
  lists = {},
  deployments = [],
  restic,
}: Options) {
  const applied: KubeObject[] = []
  const deleted: ObjectReference[] = []
  const logs = new Map<string, string>()
  /** Jobs and changes of scale, in their order. */
  const steps: string[] = []
  const lab: Lab = labWith((memory) => {
    const kube: Partial<KubeClient> = {
      async apply(list, options) {
        for (const object of list) {
          applied.push(object)
          await memory.apply(
            [{ ...object, metadata: { creationTimestamp: started, uid: 'u1', ...object.metadata } }],
            options,
          )
          if (object.kind === 'Job') steps.push('Job')
          if (object.kind === 'Job') await end(memory, object)
          await onApply?.(object, memory)
        }
      },
      async delete(reference) {
        deleted.push(reference)
        await memory.delete(reference)
      },
      config: only<KubeConfig>({ makeApiClient: (() => ({ getAPIVersions: () => Promise.resolve(groups) })) as never }),
      core: only<CoreV1Api>({
        getAPIResources: () => Promise.resolve(resources('v1', ...coreKinds) as never),
        readNamespacedPodLog: ({ name }) => Promise.resolve(logs.get(name) ?? ''),
      }),
      apps: only<AppsV1Api>({
        listNamespacedDeployment: () => Promise.resolve({ items: deployments } as never),
        listNamespacedStatefulSet: () => Promise.resolve({ items: [] } as never),
      }),
      custom: only<CustomObjectsApi>({
        getAPIResources: () => Promise.resolve(resources('apps/v1', 'Deployment', 'ReplicaSet') as never),
        listNamespacedCustomObject: ({ plural }) => Promise.resolve({ items: lists[plural]?.() ?? [] }),
      }),
      objects: only<KubernetesObjectApi>({
        list: ((apiVersion: string, kind: string) =>
          Promise.resolve({ items: objects.filter((o) => o.kind === kind && o.apiVersion === apiVersion) })) as never,
        delete: ((reference: ObjectReference) => {
          deleted.push(reference)
          return memory.delete(reference)
        }) as never,
        patch: (async (patch: KubeObject) => {
          const { name } = patch.metadata
          const { replicas } = patch.spec as { replicas: number }
          steps.push(`${name} to ${replicas}`)
          for (const pod of await memory.pods('drill', { app: name }))
            await memory.delete({
              apiVersion: 'v1',
              kind: 'Pod',
              metadata: { name: pod.metadata?.name ?? '', namespace: 'drill' },
            })
          await memory.apply(Array.from({ length: replicas }, (_, index) => readyPod(name, index)))
          const managedFields = [{ manager: 'meshdrill-scale', time: new Date(started.getTime() - 5000) }]
          return { ...patch, metadata: { ...patch.metadata, managedFields } }
        }) as never,
      }),
    }
    return kube
  })
  const end = async (kube: KubeClient, job: KubeObject): Promise<void> => {
    const ending = endJob(job)
    if (ending === null) return
    const { name, namespace = '' } = job.metadata
    const { state, reason, exitCode = state === 'Complete' ? 0 : 1 } = ending
    const condition = { type: state, status: 'True', reason, lastTransitionTime: ended }
    const completionTime = state === 'Complete' ? { completionTime: ended } : {}
    logs.set(`${name}-pod`, ending.log ?? '')
    await kube.apply([
      { ...job, status: { startTime: started, ...completionTime, conditions: [condition] } },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `${name}-pod`, namespace, labels: { 'batch.kubernetes.io/job-name': name } },
        spec: { containers: [{ name: 'restic' }] },
        status: { containerStatuses: [{ state: { terminated: { exitCode } } }] },
      },
    ])
  }
  const artifacts = { ...lab.artifacts, binary: () => Promise.resolve(restic?.path ?? '/bin/false') }
  return {
    lab: { ...lab, artifacts, mesh: annotatedMesh },
    applied,
    deleted,
    steps,
    startedMs: started.getTime(),
    endedMs: ended.getTime(),
  }
}

const readyPod = (app: string, index: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `${app}-${index}`, namespace: 'drill', labels: { app } },
  status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: READY_AT }] },
})

/** Time at which scaled-up pods become Ready. */
export const READY_AT = '2026-11-21T02:00:20Z'

/** Creates the namespace `drill`, which a backup needs. */
export const makeNamespace = (lab: Lab): Promise<void> =>
  lab.kube.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill', uid: 'abcdef0123456789' } }])

export const claim = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'drill', uid: name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, volumeName: `pv-${name}` },
})

export const deployment = (name: string, claimName: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'drill' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] } },
  },
})

const coreKinds = ['ConfigMap', 'PersistentVolumeClaim', 'Pod', 'Secret', 'Service', 'ServiceAccount']
const version = { groupVersion: 'apps/v1', version: 'v1' }
const groups = { groups: [{ name: 'apps', versions: [version], preferredVersion: version }] }

const resources = (groupVersion: string, ...kinds: string[]): ServedKinds => ({
  groupVersion,
  resources: kinds.map((kind) => ({
    kind,
    name: `${kind.toLowerCase()}s`,
    namespaced: true,
    verbs: ['create', 'list', 'patch'],
  })),
})
