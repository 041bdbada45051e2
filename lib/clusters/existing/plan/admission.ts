import { ApiException, type KubernetesObject } from '@kubernetes/client-node'
import { reasonOf, type KubeClient } from '../../../kube/client.ts'
import { podSecurityLabels, type PodSecurity } from '../../../lab/namespaces.ts'
import type { KubeObject } from '../../../kube/object.ts'
import type { Part } from '../../../components/component.ts'

/** Stands for the namespace of a drill, whose name is not known yet. Nothing of this name is ever made. */
const OF_A_DRILL = 'meshdrill-dry-run'

/**
 * Asks the API server, by dry runs that store nothing, whether it admits the namespaces of parts and drills with their labels of
 * Pod Security, and a pod like Chaos Mesh's daemon. Each refusal, in the server's words, with the next command.
 */
export async function admissionConflicts(kube: KubeClient, parts: readonly Part[]): Promise<string[]> {
  const wanted: [name: string, level: PodSecurity][] = [
    ...parts.flatMap(({ namespaces, podSecurity }) =>
      namespaces.map((name): [string, PodSecurity] => [name, podSecurity]),
    ),
    [OF_A_DRILL, 'privileged'],
  ]
  const refused = await Promise.all(wanted.map(async ([name, level]) => refusalOf(kube, namespaceOf(name, level))))
  const conflicts = refused.filter((one) => one !== null)
  const place = await privilegedNamespace(kube)
  const pod = place === null ? null : await refusalOf(kube, daemonLike(place))
  return pod === null ? conflicts : [...conflicts, pod]
}

/** A namespace where Pod Security admits every pod: one that is refused there is refused by something else. */
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
    // One that is there already is somebody else's affair.
    if (!(error instanceof ApiException) || error.code === 409) return null
    const { kind, metadata } = object
    return `the API server refuses ${kind} "${metadata.name}" with labels ${JSON.stringify(metadata.labels ?? {})}: ${reasonOf(error)}. Next: kubectl get validatingwebhookconfigurations,validatingadmissionpolicies; exempt the namespaces of the plan, and those of drills`
  }
}

const namespaceOf = (name: string, level: PodSecurity): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Namespace' },
  metadata: { name, labels: podSecurityLabels(level) },
})

/** What Chaos Mesh's daemon needs of its node. */
const daemonLike = (namespace: string): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: { name: OF_A_DRILL, namespace },
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
