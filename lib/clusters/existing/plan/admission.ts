import type { KubernetesObject } from '@kubernetes/client-node'
import { clientLibrary } from '../../../kube/library.ts'
import { reasonOf, type KubeClient } from '../../../kube/client.ts'
import { podSecurityLabels, type PodSecurity } from '../../../lab/namespaces.ts'
import type { KubeObject } from '../../../kube/object.ts'
import type { Part } from '../../../components/component.ts'

/** Name of objects in dry runs, which are never stored. */
const DRY_RUN_NAME = 'meshdrill-dry-run'

/**
 * Checks with dry runs, which store nothing, if the API server admits the namespaces of parts and drills, with their Pod Security
 * labels, and a pod like Chaos Mesh's daemon. Returns each refusal with the server's message and the next command.
 */
export async function admissionConflicts(kube: KubeClient, parts: readonly Part[]): Promise<string[]> {
  const wanted: [name: string, level: PodSecurity][] = [
    ...parts.flatMap(({ namespaces, podSecurity }) =>
      namespaces.map((name): [string, PodSecurity] => [name, podSecurity]),
    ),
    [DRY_RUN_NAME, 'privileged'],
  ]
  const refused = await Promise.all(wanted.map(async ([name, level]) => refusalOf(kube, namespaceOf(name, level))))
  const conflicts = refused.filter((one) => one !== null)
  const place = await privilegedNamespace(kube)
  const pod = place === null ? null : await refusalOf(kube, daemonLike(place))
  return pod === null ? conflicts : [...conflicts, pod]
}

/** A namespace where Pod Security admits every pod, so that a refusal there has another cause; null if there is none. */
async function privilegedNamespace({ core }: KubeClient): Promise<string | null> {
  const [label = ''] = Object.entries(podSecurityLabels('privileged')).map(([key, value]) => `${key}=${value}`)
  const { items } = await core.listNamespace({ labelSelector: label })
  return items.find(({ metadata }) => metadata?.deletionTimestamp === undefined)?.metadata?.name ?? null
}

async function refusalOf({ objects }: KubeClient, object: KubeObject): Promise<string | null> {
  try {
    await objects.create(object as KubernetesObject, undefined, 'All')
    return null
  } catch (error) {
    // Other checks handle an object that exists already.
    if (!(error instanceof clientLibrary().ApiException) || error.code === 409) return null
    const { kind, metadata } = object
    return `the API server refuses ${kind} "${metadata.name}" with labels ${JSON.stringify(metadata.labels ?? {})}: ${reasonOf(error)}. Next: kubectl get validatingwebhookconfigurations,validatingadmissionpolicies; exempt the namespaces of the plan, and those of drills`
  }
}

const namespaceOf = (name: string, level: PodSecurity): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Namespace' },
  metadata: { name, labels: podSecurityLabels(level) },
})

/** A pod that needs the same access to its node as Chaos Mesh's daemon. */
const daemonLike = (namespace: string): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: { name: DRY_RUN_NAME, namespace },
  spec: {
    hostPID: true,
    containers: [
      {
        ...{ name: 'daemon', image: 'registry.invalid/daemon:0' },
        securityContext: { privileged: true, capabilities: { add: ['SYS_PTRACE'] } },
        volumeMounts: [{ name: 'sys', mountPath: '/host-sys' }],
      },
    ],
    volumes: [{ name: 'sys', hostPath: { path: '/sys' } }],
  },
})
