import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { withMarks } from '../../lab/mesh-traits.ts'
import { repositoryPassword } from '../../store/endpoint.ts'
import { DEADLINE_SECONDS } from '../support/job-pods.ts'
import { MANAGED } from '../support/namespace-objects.ts'
import { API } from './objects.ts'

/** The Secret with the store's keys, in the workload's namespace. */
export const STORE_SECRET = 'k8up-store'
const PASSWORD_SECRET = 'k8up-password'
const POD_CONFIG = 'k8up-pods'

/** Prefix of a namespace's repositories in the bucket. */
export const prefixOf = ({ store }: Pick<Lab, 'store'>, namespace: string): string =>
  `${store.prefix}k8up/${namespace}/`

/**
 * The objects that Backups and Restores need in their namespace. The PodConfig keeps K8up's Jobs out of the mesh, because a
 * Job with a mesh proxy does not end. It also runs them as root, because only root can read every file.
 */
export function backendObjects(lab: Lab, namespace: string): KubeObject[] {
  const { accessKey, secretKey } = lab.store
  const named = (name: string) => ({ name, namespace, labels: MANAGED })
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: named(STORE_SECRET),
      stringData: { accessKey, secretKey },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: named(PASSWORD_SECRET),
      stringData: { password: repositoryPassword(lab.store) },
    },
    {
      apiVersion: API,
      kind: 'PodConfig',
      metadata: withMarks(named(POD_CONFIG), lab.mesh.keepsOut),
      spec: { template: { spec: { containers: [], securityContext: { runAsUser: 0, runAsGroup: 0 } } } },
    },
  ]
}

/** Each namespace has its own repository. The UID separates it from an earlier namespace of the same name. */
export const repositoryOf = (lab: Pick<Lab, 'store'>, namespace: string, uid: string): string =>
  `${prefixOf(lab, namespace)}${uid.slice(0, 8)}`

/** The common fields of Backups and Restores. `repository` is a folder in the bucket. */
export const commonSpec = (lab: Lab, repository: string): Record<string, unknown> => ({
  backend: {
    repoPasswordSecretRef: { name: PASSWORD_SECRET, key: 'password' },
    s3: {
      endpoint: lab.store.url,
      // K8up passes `<endpoint>/<bucket>` to restic, so the bucket may include a folder.
      bucket: `${lab.store.bucket}/${repository}`,
      accessKeyIDSecretRef: { name: STORE_SECRET, key: 'accessKey' },
      secretAccessKeySecretRef: { name: STORE_SECRET, key: 'secretKey' },
    },
  },
  podConfigRef: { name: POD_CONFIG },
  // The default is an hour.
  activeDeadlineSeconds: DEADLINE_SECONDS,
})
