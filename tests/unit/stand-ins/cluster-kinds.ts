import { LICENSED_KINDS } from './licensed/kinds.ts'

/** Kinds that every stand-in for a cluster serves, by the path of their API group: `plural:Kind`, with `:ns` for namespaced ones. */
const KINDS: Record<string, readonly string[]> = {
  ...Object.fromEntries(Object.entries(LICENSED_KINDS).map(([group, kinds]) => [`/apis/${group}`, kinds])),
  '/api/v1': [
    ...['namespaces:Namespace', 'nodes:Node', 'persistentvolumes:PersistentVolume'],
    ...['configmaps:ConfigMap:ns', 'secrets:Secret:ns', 'pods:Pod:ns', 'services:Service:ns'],
    ...['serviceaccounts:ServiceAccount:ns', 'persistentvolumeclaims:PersistentVolumeClaim:ns', 'events:Event:ns'],
  ],
  '/apis/apps/v1': [
    'deployments:Deployment:ns',
    'daemonsets:DaemonSet:ns',
    'statefulsets:StatefulSet:ns',
    'replicasets:ReplicaSet:ns',
  ],
  '/apis/batch/v1': ['jobs:Job:ns', 'cronjobs:CronJob:ns'],
  '/apis/coordination.k8s.io/v1': ['leases:Lease:ns'],
  '/apis/storage.k8s.io/v1': ['storageclasses:StorageClass'],
  '/apis/rbac.authorization.k8s.io/v1': [
    ...['clusterroles:ClusterRole', 'clusterrolebindings:ClusterRoleBinding'],
    ...['roles:Role:ns', 'rolebindings:RoleBinding:ns'],
  ],
  '/apis/admissionregistration.k8s.io/v1': [
    'mutatingwebhookconfigurations:MutatingWebhookConfiguration',
    'validatingwebhookconfigurations:ValidatingWebhookConfiguration',
  ],
  '/apis/apiextensions.k8s.io/v1': ['customresourcedefinitions:CustomResourceDefinition'],
  '/apis/snapshot.storage.k8s.io/v1': [
    ...['volumesnapshotclasses:VolumeSnapshotClass', 'volumesnapshotcontents:VolumeSnapshotContent'],
    'volumesnapshots:VolumeSnapshot:ns',
  ],
  '/apis/chaos-mesh.org/v1alpha1': [
    ...['podchaos:PodChaos:ns', 'networkchaos:NetworkChaos:ns', 'stresschaos:StressChaos:ns'],
    ...['workflows:Workflow:ns', 'podnetworkchaos:PodNetworkChaos:ns'],
  ],
  '/apis/velero.io/v1': [
    ...['backups:Backup:ns', 'restores:Restore:ns', 'schedules:Schedule:ns'],
    'backupstoragelocations:BackupStorageLocation:ns',
  ],
  '/apis/k8up.io/v1': ['backups:Backup:ns', 'restores:Restore:ns', 'schedules:Schedule:ns'],
  '/apis/policy.linkerd.io/v1alpha1': [
    ...['authorizationpolicies:AuthorizationPolicy:ns', 'meshtlsauthentications:MeshTLSAuthentication:ns'],
    'networkauthentications:NetworkAuthentication:ns',
  ],
  '/apis/policy.linkerd.io/v1beta1': ['serverauthorizations:ServerAuthorization:ns'],
  '/apis/policy.linkerd.io/v1beta3': ['servers:Server:ns', 'httproutes:HTTPRoute:ns'],
  '/apis/networking.istio.io/v1': [
    'virtualservices:VirtualService:ns',
    'gateways:Gateway:ns',
    'destinationrules:DestinationRule:ns',
  ],
  '/apis/security.istio.io/v1': [
    'peerauthentications:PeerAuthentication:ns',
    'authorizationpolicies:AuthorizationPolicy:ns',
  ],
}

interface ServedKind {
  name: string
  singularName: string
  kind: string
  namespaced: boolean
  verbs: string[]
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

/** Resources of an API group's version, as discovery lists them; null for a group that is not served. */
export function discoverGroup(path: string): ServedKind[] | null {
  return (
    KINDS[path]?.map((text) => {
      const [name = '', kind = '', scope] = text.split(':')
      return { name, singularName: kind.toLowerCase(), kind, namespaced: scope === 'ns', verbs: VERBS }
    }) ?? null
  )
}

/** The list of API groups, as `/apis` returns it. */
export function discoverGroups(): unknown {
  const groups = Object.keys(KINDS)
    .filter((path) => path.startsWith('/apis/'))
    .map((path) => {
      const [, , name = '', version = ''] = path.split('/')
      const preferred = { groupVersion: `${name}/${version}`, version }
      return { name, versions: [preferred], preferredVersion: preferred }
    })
  return { kind: 'APIGroupList', apiVersion: 'v1', groups }
}

/** Where a request points: a collection of objects, or one object, perhaps with a subresource. */
export interface Target {
  /** Path of the API group's version, such as `/apis/apps/v1`. */
  group: string
  resource: string
  /** Null for cluster-wide objects, and for the objects of all namespaces. */
  namespace: string | null
  name: string | null
  subresource: string | null
}

/** Reads a path such as `/apis/apps/v1/namespaces/shop/deployments/web`; null for one that names no resource. */
export function parseTarget(path: string): Target | null {
  const parts = path.split('/').filter((part) => part !== '')
  const depth = parts[0] === 'api' ? 2 : 3
  if (parts.length <= depth || (parts[0] !== 'api' && parts[0] !== 'apis')) return null
  const group = `/${parts.slice(0, depth).join('/')}`
  const rest = parts.slice(depth)
  const isNamespaced = rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '')
  const [resource = '', name, subresource] = isNamespaced ? rest.slice(2) : rest
  return {
    ...{ group, resource, namespace: isNamespaced ? (rest[1] ?? null) : null },
    ...{ name: name ?? null, subresource: subresource ?? null },
  }
}
