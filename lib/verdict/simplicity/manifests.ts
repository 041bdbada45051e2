import type { KubeObject } from '../../kube/object.ts'

/** What can be counted from the manifests that a tool applies. What its operators make later is not in them. */
export interface ManifestCounts {
  /** Objects, each once, however often it is applied. */
  objects: number
  /** Of them, CustomResourceDefinitions. */
  definitions: number
  /** Distinct images of the containers and init containers of pod templates. */
  images: number
  /**
   * Pod templates (a DaemonSet is one) that reach into the node: a privileged container, the node's network, process or
   * IPC namespace, or a hostPath volume.
   */
  privilegedPods: number
  /** Pairs of a resource (or a URL) and a verb in the rules of Roles and ClusterRoles, added up; `*` counts as one. */
  permissions: number
  /** Rules that allow every verb or every resource, and bindings to cluster-admin: the pairs that `permissions` cannot count. */
  unboundedGrants: number
}

/** Counts what is in manifests; the items of a List count as if they stood alone. */
export function countManifests(objects: readonly KubeObject[]): ManifestCounts {
  const distinct = [...new Map(objects.flatMap(unfold).map((object) => [identify(object), object])).values()]
  const pods = distinct.map(findPodSpec).filter((spec) => spec !== null)
  const rules = distinct.filter(isRole).flatMap(({ rules: own }) => readRecords(own))
  return {
    objects: distinct.length,
    definitions: distinct.filter(({ kind }) => kind === 'CustomResourceDefinition').length,
    images: new Set(pods.flatMap(listContainers).flatMap(({ image }) => (typeof image === 'string' ? [image] : [])))
      .size,
    privilegedPods: pods.filter(reachesNode).length,
    permissions: rules.reduce<number>((sum, rule) => sum + countPairs(rule), 0),
    unboundedGrants: rules.filter(isUnbounded).length + distinct.filter(bindsClusterAdmin).length,
  }
}

type Fields = Record<string, unknown>

function unfold(object: KubeObject): KubeObject[] {
  return object.kind === 'List' ? (readRecords(object.items) as KubeObject[]).flatMap(unfold) : [object]
}

function identify({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): string {
  return JSON.stringify([apiVersion, kind, namespace ?? null, name])
}

/** The pod that an object is, or makes; null for other objects. */
function findPodSpec({ kind, spec }: KubeObject): Fields | null {
  const own = readRecord(spec)
  if (kind === 'Pod') return own
  const made = kind === 'CronJob' ? readRecord(readRecord(own.jobTemplate).spec) : own
  const makers = ['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Job', 'CronJob']
  return makers.includes(kind) ? readRecord(readRecord(made.template).spec) : null
}

function listContainers(pod: Fields): Fields[] {
  return [...readRecords(pod.initContainers), ...readRecords(pod.containers)]
}

function reachesNode(pod: Fields): boolean {
  const sharesNode = [pod.hostNetwork, pod.hostPID, pod.hostIPC].includes(true)
  const mountsNode = readRecords(pod.volumes).some(({ hostPath }) => hostPath !== undefined)
  const isPrivileged = ({ securityContext }: Fields) => readRecord(securityContext).privileged === true
  return sharesNode || mountsNode || listContainers(pod).some(isPrivileged)
}

function isRole({ apiVersion, kind }: KubeObject): boolean {
  return apiVersion.startsWith('rbac.authorization.k8s.io/') && (kind === 'Role' || kind === 'ClusterRole')
}

function countPairs({ verbs, resources, nonResourceURLs }: Fields): number {
  return readList(verbs).length * (readList(resources).length + readList(nonResourceURLs).length)
}

function isUnbounded({ verbs, resources }: Fields): boolean {
  return [...readList(verbs), ...readList(resources)].includes('*')
}

function bindsClusterAdmin({ kind, roleRef }: KubeObject): boolean {
  return ['ClusterRoleBinding', 'RoleBinding'].includes(kind) && readRecord(roleRef).name === 'cluster-admin'
}

function readRecord(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function readRecords(value: unknown): Fields[] {
  return readList(value).map(readRecord)
}

function readList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
