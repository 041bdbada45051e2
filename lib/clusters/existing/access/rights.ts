import {
  AuthorizationV1Api,
  V1ResourceAttributes,
  V1SelfSubjectAccessReview,
  V1SelfSubjectAccessReviewSpec,
  type KubeConfig,
} from '@kubernetes/client-node'
import { KEEP, READ, uses, type Use } from '../../../components/component.ts'
import { componentOf, type ComponentName } from '../../../components/index.ts'

/** What every run does: the lease and the notes, the drilled service with its mesh's objects, faults, and reading it all. */
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

/** What installing a part does beyond that. */
const INSTALLING: Use[] = [
  ...uses('apiextensions.k8s.io', ['customresourcedefinitions'], ['create', 'patch', 'delete']),
  // The parts' roles hold rights that whoever makes them needs too, or the right to hand out more than one has.
  ...uses('rbac.authorization.k8s.io', ['clusterroles'], [...KEEP, 'escalate', 'bind']),
  ...uses('rbac.authorization.k8s.io', ['clusterrolebindings', 'roles', 'rolebindings'], KEEP),
  ...uses('admissionregistration.k8s.io', ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'], KEEP),
]

/** A node that comes back gets the labels and taints again that it had. */
const NODE_OUTAGE: readonly Use[] = uses('', ['nodes'], ['patch'])

/** A removal looks for snapshots of drills, whichever tool took them. */
const SNAPSHOTS: readonly Use[] = [
  { ...{ group: 'snapshot.storage.k8s.io', resource: 'volumesnapshotcontents' }, verbs: READ },
]

/** Everything that will be done, as rights. */
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

/** The rights that the cluster says we lack, each as `verb resource.group`; it is asked for each (SelfSubjectAccessReview). */
export async function missingRights(config: KubeConfig, needed: Use[]): Promise<string[]> {
  const api = config.makeApiClient(AuthorizationV1Api)
  const all = needed.flatMap(({ resource, group, verbs }) => verbs.map((verb) => ({ resource, group, verb })))
  // Several components may need the same right.
  const once = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
  const asked = once.map(async ({ resource: full, group, verb }) => {
    const [resource = '', subresource] = full.split('/')
    const of = { verb, group, resource, ...(subresource === undefined ? {} : { subresource }) }
    const spec = Object.assign(new V1SelfSubjectAccessReviewSpec(), {
      resourceAttributes: Object.assign(new V1ResourceAttributes(), of),
    })
    const body = Object.assign(new V1SelfSubjectAccessReview(), { spec })
    const review = await api.createSelfSubjectAccessReview({ body })
    return review.status?.allowed === true ? null : `${verb} ${full}${group === '' ? '' : `.${group}`}`
  })
  return (await Promise.all(asked)).filter((right) => right !== null)
}
