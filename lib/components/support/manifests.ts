import { stringify } from 'yaml'
import { inNamespace } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import type { ManifestCounts } from '../../record/facts.ts'

/** Counts objects, images and rights in manifests. The items of a List count as single objects. */
export function countManifests(objects: readonly KubeObject[]): ManifestCounts {
  const distinct = [...new Map(objects.flatMap(listItems).map((object) => [identify(object), object])).values()]
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

/** Returns a lab that adds each object that is applied in it to the list `applied`. */
export function recordApplied(lab: Lab): { lab: Lab; applied: KubeObject[] } {
  const applied: KubeObject[] = []
  const apply: Lab['kube']['apply'] = async (objects, options = {}) => {
    await lab.kube.apply(objects, options)
    const { namespace } = options
    applied.push(...objects.map((object) => (namespace === undefined ? object : inNamespace(object, namespace))))
  }
  return { lab: { ...lab, kube: { ...lab.kube, apply } }, applied }
}

/** Counts lines of a configuration that are neither blank nor a comment (`#`). */
export function countLines(text: string): number {
  return text.split('\n').filter((line) => !/^\s*(#|$)/.test(line)).length
}

/** Counts the lines of objects in YAML. */
export const countYaml = (objects: object[]): number =>
  objects.reduce<number>((sum, object) => sum + countLines(stringify(object, { lineWidth: 0 })), 0)

type Fields = Record<string, unknown>

function listItems(object: KubeObject): KubeObject[] {
  return object.kind === 'List' ? (readRecords(object.items) as KubeObject[]).flatMap(listItems) : [object]
}

function identify({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): string {
  return JSON.stringify([apiVersion, kind, namespace ?? null, name])
}

/** The pod spec of a pod, or of the pods that a controller creates; null for other objects. */
function findPodSpec({ kind, spec }: KubeObject): Fields | null {
  const own = readRecord(spec)
  if (kind === 'Pod') return own
  const controller = kind === 'CronJob' ? readRecord(readRecord(own.jobTemplate).spec) : own
  const makers = ['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Job', 'CronJob']
  return makers.includes(kind) ? readRecord(readRecord(controller.template).spec) : null
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
