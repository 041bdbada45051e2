import type { KubeObject } from '../../kube/object.ts'
import { shellCommand } from '../../output/shorten.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { CONFIG, type Timing } from './actions.ts'

export const NAMESPACE = 'kasten-io'
export const PROFILE = 'meshdrill'
export const STORE_SECRET = 'meshdrill-store'

/** Folder of all its backups in the bucket. K10 makes the folders below it. */
export const prefixOf = ({ store }: Pick<Lab, 'store'>): string => `${store.prefix}kasten/`

/** The store as K10 knows it. */
export function profileObjects(lab: Pick<Lab, 'store'>): KubeObject[] {
  const { url, bucket, region, accessKey, secretKey } = lab.store
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: STORE_SECRET, namespace: NAMESPACE },
      type: 'secrets.kanister.io/aws',
      stringData: { aws_access_key_id: accessKey, aws_secret_access_key: secretKey },
    },
    {
      apiVersion: CONFIG,
      kind: 'Profile',
      metadata: { name: PROFILE, namespace: NAMESPACE },
      spec: {
        type: 'Location',
        locationSpec: {
          type: 'ObjectStore',
          credential: {
            secretType: 'AwsAccessKey',
            secret: { apiVersion: 'v1', kind: 'Secret', name: STORE_SECRET, namespace: NAMESPACE },
          },
          objectStore: {
            endpoint: url,
            name: bucket,
            objectStoreType: 'S3',
            path: prefixOf(lab).replace(/\/$/, ''),
            pathType: 'Directory',
            region,
          },
        },
      },
    },
  ]
}

interface Profile extends KubeObject {
  status?: { validation?: string; error?: string[] }
}

/** Resolves when K10 has found that it can use the store. Errors: it cannot, with what K10 says. */
export async function waitForProfile(lab: Lab, { ready: timeout, every }: Timing): Promise<void> {
  const reference = { apiVersion: CONFIG, kind: 'Profile', metadata: { name: PROFILE, namespace: NAMESPACE } }
  const next = shellCommand`kubectl -n ${NAMESPACE} describe profile ${PROFILE}`
  await waitFor(
    `Kasten Profile "${PROFILE}" in namespace "${NAMESPACE}" validated`,
    async () => {
      const { validation = 'no validation', error = [] } = (await lab.kube.get<Profile>(reference))?.status ?? {}
      if (validation === 'Failed')
        throw new Error(
          `Kasten Profile "${PROFILE}" in namespace "${NAMESPACE}" is refused: ${error.join('; ') || 'no reason is given'}. Next: ${next}`,
        )
      return validation === 'Success' ? true : pending([validation, ...error].join(': '))
    },
    { timeout, every, hint: next },
  )
}
