import type { Lab } from './lab.ts'
import type { KubeObject, ObjectReference } from '../kube/object.ts'
import { hasLabLabel } from '../kube/ownership.ts'
import { ForeignObject } from '../kube/foreign-object.ts'
import { pending, waitFor } from '../system/wait.ts'
import { shellCommand } from '../output/shorten.ts'

/**
 * Pod Security level of a namespace: `privileged` for pods with access to their node or its network, else `baseline`. It is always
 * set, because a cluster's default may be stricter.
 */
export type PodSecurity = 'privileged' | 'baseline'

export const podSecurityLabels = (level: PodSecurity): Record<string, string> => ({
  'pod-security.kubernetes.io/enforce': level,
})

const referenceOf = (name: string): ObjectReference => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

export interface NamespaceOptions {
  podSecurity: PodSecurity
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

/** Creates a namespace of the lab, unless it exists. Errors: `ForeignObject`. */
export async function ensureNamespace(lab: Lab, name: string, options: NamespaceOptions): Promise<void> {
  const found = await lab.kube.get(referenceOf(name))
  if (found === null) await createEmptyNamespace(lab, name, options)
  else requireOwn(lab, found)
}

/** Creates a namespace that does not exist. Errors: `ForeignObject`, also if others create it at the same time. */
export async function createEmptyNamespace({ kube }: Lab, name: string, options: NamespaceOptions): Promise<void> {
  const { podSecurity, labels, annotations } = options
  const object: KubeObject = {
    ...referenceOf(name),
    metadata: {
      name,
      labels: { ...podSecurityLabels(podSecurity), ...labels },
      ...(annotations ? { annotations } : {}),
    },
  }
  await kube.create(object)
}

/** Deletes a namespace of the lab and waits until it is gone. A missing namespace is no error. Errors: `ForeignObject`. */
export async function removeNamespace(lab: Lab, name: string): Promise<void> {
  const reference = referenceOf(name)
  const found = await lab.kube.get(reference)
  if (found === null) return
  requireOwn(lab, found)
  const { uid } = found.metadata
  await lab.kube.delete(pinnedTo(found))
  await waitFor(
    `namespace "${name}" gone`,
    async () => {
      const left = await lab.kube.get(reference)
      return left === null || left.metadata.uid !== uid ? true : pending('still terminating')
    },
    { timeout: '120s', hint: shellCommand`kubectl get namespace ${name} -o yaml` },
  )
}

/** A reference with the UID of the lab's namespace. Errors: `ForeignObject`, or the namespace does not exist. */
export async function ownNamespace(lab: Lab, name: string): Promise<ObjectReference> {
  const found = await lab.kube.get(referenceOf(name))
  if (found === null) throw new Error(`namespace "${name}" does not exist`)
  requireOwn(lab, found)
  return pinnedTo(found)
}

const pinnedTo = ({ metadata: { name, uid } }: KubeObject): ObjectReference => ({
  ...referenceOf(name),
  metadata: { name, ...(uid === undefined ? {} : { uid }) },
})

function requireOwn({ cluster }: Lab, object: KubeObject): void {
  if (!hasLabLabel(object, cluster.labId)) throw new ForeignObject(referenceOf(object.metadata.name))
}
