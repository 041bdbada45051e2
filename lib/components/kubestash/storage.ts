import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { repositoryPassword } from '../../store/endpoint.ts'
import { storageReference } from './objects.ts'

/** The namespace of the operator, of the store's keys and of the repositories' password. */
export const NAMESPACE = 'stash'

export const STORE_SECRET = 'meshdrill-store'
export const PASSWORD_SECRET = 'meshdrill-password'
export const STORAGE_NAME = 'meshdrill'
export const RETENTION = 'meshdrill'

const FOLDER = 'kubestash'

/** Folder of a namespace in the bucket. */
export const prefixOf = ({ store }: Pick<Lab, 'store'>, namespace: string): string =>
  `${store.prefix}${FOLDER}/${namespace}/`

/** Folder of the repository of a claim, below that of the storage. A later namespace of the same name has others. */
export const directoryOf = (namespace: string, uid: string, claim: string): string =>
  `/${namespace}/${uid.slice(0, 8)}/${claim}`

const fromAll = { allowedNamespaces: { from: 'All' } }

/** The store as KubeStash knows it: for every namespace, and never emptied with one. */
export function storageObjects({ store }: Pick<Lab, 'store'>): KubeObject[] {
  const { url, bucket, region, prefix, accessKey, secretKey } = store
  const secret = (name: string, stringData: Record<string, string>): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: NAMESPACE },
    stringData,
  })
  return [
    secret(STORE_SECRET, { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey }),
    secret(PASSWORD_SECRET, { RESTIC_PASSWORD: repositoryPassword(store) }),
    {
      ...storageReference('RetentionPolicy', NAMESPACE, RETENTION),
      spec: {
        maxRetentionPeriod: '1mo',
        successfulSnapshots: { last: 100 },
        failedSnapshots: { last: 100 },
        usagePolicy: fromAll,
      },
    },
    {
      ...storageReference('BackupStorage', NAMESPACE, STORAGE_NAME),
      spec: {
        storage: {
          provider: 's3',
          s3: { endpoint: url, bucket, region, prefix: `${prefix}${FOLDER}`, secretName: STORE_SECRET },
        },
        usagePolicy: fromAll,
        deletionPolicy: 'Delete',
      },
    },
  ]
}
