import type { KubeConfig } from '@kubernetes/client-node'
import { clientLibrary } from '../../../kube/library.ts'
import { KEEP, READ, uses, type Use } from '../../../components/component.ts'
import { componentOf, type ComponentName } from '../../../components/index.ts'

/** Rights of every run: for the lease and the notes, the drilled service, the mesh's objects, and faults. */
const EVERY_RUN: Use[] = [
  ...uses('', ['namespaces', 'persistentvolumeclaims', 'services', 'serviceaccounts', 'secrets', 'pods'], KEEP),
  ...uses('', ['configmaps'], [...KEEP, 'update']),
  ...uses('', ['nodes', 'persistentvolumes', 'events'], READ),
  ...uses('', ['pods/log', 'nodes/proxy'], ['get']),
  ...uses('', ['pods/exec'], ['create']),
  ...uses('', ['pods'], ['watch']),
  ...uses('apps', ['deployments', 'replicasets', 'daemonsets'], KEEP),
  ...uses('batch', ['jobs', 'cronjobs'], KEEP),
  ...uses('coordination.k8s.io', ['leases'], ['get', 'create', 'update', 'delete']),
  ...uses('storage.k8s.io', ['storageclasses'], READ),
  ...uses('apiextensions.k8s.io', ['customresourcedefinitions'], READ),
  ...uses('discovery.k8s.io', ['endpointslices'], ['get']),
]

/** Additional rights for the installation of a part. */
const INSTALLING: Use[] = [
  ...uses('apiextensions.k8s.io', ['customresourcedefinitions'], ['create', 'patch', 'delete']),
  // Creating a role needs the rights in it, or the verbs `escalate` and `bind`.
  ...uses('rbac.authorization.k8s.io', ['clusterroles'], [...KEEP, 'escalate', 'bind']),
  ...uses('rbac.authorization.k8s.io', ['clusterrolebindings', 'roles', 'rolebindings'], KEEP),
  ...uses('admissionregistration.k8s.io', ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'], KEEP),
]

/** A restarted node gets its earlier labels and taints again. */
const NODE_OUTAGE: readonly Use[] = uses('', ['nodes'], ['patch'])

/** The removal of a lab searches for snapshots of drills from all tools. */
const SNAPSHOTS: readonly Use[] = [
  { ...{ group: 'snapshot.storage.k8s.io', resource: 'volumesnapshotcontents' }, verbs: READ },
]

/** Rights for all planned actions. */
export const neededRights = (will: {
  install: boolean
  cutNodes: boolean
  snapshots: boolean
  components: readonly ComponentName[]
}): Use[] => [
  ...EVERY_RUN,
  ...will.components
    .flatMap((name) => componentOf(name).rights)
    .filter(({ onlyWithSnapshots }) => onlyWithSnapshots !== true || will.snapshots),
  ...(will.snapshots ? SNAPSHOTS : []),
  ...(will.install ? INSTALLING : []),
  ...(will.cutNodes ? NODE_OUTAGE : []),
]

/** Missing rights, each as `verb resource.group`. Sends one SelfSubjectAccessReview for each right. */
export async function missingRights(config: KubeConfig, needed: Use[]): Promise<string[]> {
  const api = config.makeApiClient(clientLibrary().AuthorizationV1Api)
  const all = needed.flatMap(({ resource, group, verbs }) => verbs.map((verb) => ({ resource, group, verb })))
  // Several components may need the same right.
  const once = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
  const asked = once.map(async ({ resource: full, group, verb }) => {
    const [resource = '', subresource] = full.split('/')
    const of = { verb, group, resource, ...(subresource === undefined ? {} : { subresource }) }
    const spec = Object.assign(new (clientLibrary().V1SelfSubjectAccessReviewSpec)(), {
      resourceAttributes: Object.assign(new (clientLibrary().V1ResourceAttributes)(), of),
    })
    const body = Object.assign(new (clientLibrary().V1SelfSubjectAccessReview)(), { spec })
    const review = await api.createSelfSubjectAccessReview({ body })
    return review.status?.allowed === true ? null : `${verb} ${full}${group === '' ? '' : `.${group}`}`
  })
  return (await Promise.all(asked)).filter((right) => right !== null)
}
