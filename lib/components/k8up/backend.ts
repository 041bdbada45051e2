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

/** Where in the bucket the repositories of a namespace are. */
export const prefixOf = ({ store }: Pick<Lab, 'store'>, namespace: string): string =>
  `${store.prefix}k8up/${namespace}/`

/**
 * What Backups and Restores of a namespace need there. K8up's Jobs take labels, annotations and a security
 * context from a PodConfig alone: with a proxy of the mesh they would never end, and only root reads every file.
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

/** A repository of its own for each namespace, and for a later one of the same name another. */
export const repositoryOf = (lab: Pick<Lab, 'store'>, namespace: string, uid: string): string =>
  `${prefixOf(lab, namespace)}${uid.slice(0, 8)}`

/** What Backups and Restores have in common; `repository` is a folder in the bucket. */
export const commonSpec = (lab: Lab, repository: string): Record<string, unknown> => ({
  backend: {
    repoPasswordSecretRef: { name: PASSWORD_SECRET, key: 'password' },
    s3: {
      endpoint: lab.store.url,
      // K8up hands restic the two with a slash between: a folder in the bucket is part of its name.
      bucket: `${lab.store.bucket}/${repository}`,
      accessKeyIDSecretRef: { name: STORE_SECRET, key: 'accessKey' },
      secretAccessKeySecretRef: { name: STORE_SECRET, key: 'secretKey' },
    },
  },
  podConfigRef: { name: POD_CONFIG },
  // It would try for an hour.
  activeDeadlineSeconds: DEADLINE_SECONDS,
})
