import {
  AuthorizationV1Api,
  V1ResourceAttributes,
  V1SelfSubjectAccessReview,
  V1SelfSubjectAccessReviewSpec,
  type KubeConfig,
} from '@kubernetes/client-node'
import { OPERATOR } from '../../../components/k6-operator/k6-operator.ts'

/** What is done with a resource; of the core group where it names none. A subresource is part of the name: `pods/exec`. */
interface Use {
  resource: string
  group?: string
  verbs: string[]
}

const READ = ['get', 'list']
const KEEP = ['get', 'list', 'create', 'patch', 'delete']
const uses = (group: string, resources: string[], verbs: string[]): Use[] =>
  resources.map((resource) => ({ group, resource, verbs }))

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
  ...uses('networking.istio.io', ['virtualservices', 'destinationrules', 'gateways'], KEEP),
  ...uses('security.istio.io', ['authorizationpolicies', 'peerauthentications'], KEEP),
  ...uses('discovery.k8s.io', ['endpointslices'], ['get']),
  ...uses('chaos-mesh.org', ['podchaos', 'networkchaos', 'stresschaos', 'workflows', 'podnetworkchaos'], KEEP),
  ...uses('chaos-mesh.org', ['*'], ['list']),
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
const NODE_OUTAGE: Use[] = uses('', ['nodes'], ['patch'])

const SNAPSHOTS: Use[] = [
  ...uses('snapshot.storage.k8s.io', ['volumesnapshots', 'volumesnapshotcontents'], KEEP),
  ...uses('snapshot.storage.k8s.io', ['volumesnapshotclasses'], READ),
]

/** What the drills ask of a tool by its own kinds. */
const OF_TOOLS: Record<string, Use[]> = {
  velero: uses('velero.io', ['backups', 'restores', 'schedules', 'podvolumebackups', 'podvolumerestores'], KEEP),
  [OPERATOR]: uses('k6.io', ['testruns'], KEEP),
  k8up: uses('k8up.io', ['backups', 'restores', 'snapshots'], KEEP),
}

/** Everything that will be done, as rights. */
export const neededRights = (will: {
  install: boolean
  cutNodes: boolean
  snapshots: boolean
  tools: readonly string[]
}): Use[] => [
  ...EVERY_RUN,
  ...will.tools.flatMap((tool) => OF_TOOLS[tool] ?? []),
  ...(will.snapshots ? SNAPSHOTS : []),
  ...(will.install ? INSTALLING : []),
  ...(will.cutNodes ? NODE_OUTAGE : []),
]

/** The rights that the cluster says we lack, each as `verb resource.group`; it is asked for each (SelfSubjectAccessReview). */
export async function missingRights(config: KubeConfig, needed: Use[]): Promise<string[]> {
  const api = config.makeApiClient(AuthorizationV1Api)
  const asked = needed.flatMap(({ resource: full, group = '', verbs }) =>
    verbs.map(async (verb) => {
      const [resource = '', subresource] = full.split('/')
      const of = { verb, group, resource, ...(subresource === undefined ? {} : { subresource }) }
      const spec = Object.assign(new V1SelfSubjectAccessReviewSpec(), {
        resourceAttributes: Object.assign(new V1ResourceAttributes(), of),
      })
      const body = Object.assign(new V1SelfSubjectAccessReview(), { spec })
      const review = await api.createSelfSubjectAccessReview({ body })
      return review.status?.allowed === true ? null : `${verb} ${full}${group === '' ? '' : `.${group}`}`
    }),
  )
  return (await Promise.all(asked)).filter((right) => right !== null)
}
