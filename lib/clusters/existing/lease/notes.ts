import { hostname, userInfo } from 'node:os'
import { ApiException, CoreV1Api, V1ConfigMap, V1ObjectMeta, type KubeConfig } from '@kubernetes/client-node'
import { orNull } from '../../../kube/client.ts'
import { messageOf } from '../../../system/message-of.ts'
import { NAMESPACE } from './lease.ts'
import { formatNotes, parseNotes, type Notes } from './notes-format.ts'

export type { Notes, OwnedObject, PartNote } from './notes-format.ts'

const NAME = 'meshdrill'
const KEY = 'notes.json'
/** How often a change is tried again that another process was faster than. */
const TRIES = 20

export const ownerHere = (pid: number, runUid: string): Notes['owner'] => ({ host: hostname(), pid, runUid })

/** By what name the lease knows a run: the UUID tells it from any other of the same user, host and PID. */
export const identityOf = ({ host, pid, runUid }: Notes['owner']): string =>
  `${userInfo().username}@${host}, process ${pid}, run ${runUid}`

/** Null where there are none. Errors: they cannot be understood, with the next command. */
export async function readNotes(config: KubeConfig): Promise<Notes | null> {
  return notesIn(await readMap(config))
}

/**
 * Changes the notes whole or not at all. `change` gets them as they are now, and is asked again where another process changed
 * them meanwhile, so that neither loses what the other wrote.
 */
export async function changeNotes(config: KubeConfig, change: (now: Notes | null) => Notes): Promise<Notes> {
  const core = config.makeApiClient(CoreV1Api)
  for (let tries = 0; ; tries++) {
    const there = await readMap(config)
    const notes = change(notesIn(there))
    const version = there?.metadata?.resourceVersion
    const metadata = {
      namespace: NAMESPACE,
      name: NAME,
      ...(version === undefined ? {} : { resourceVersion: version }),
    }
    const body = Object.assign(new V1ConfigMap(), {
      metadata: Object.assign(new V1ObjectMeta(), metadata),
      data: { ...there?.data, [KEY]: formatNotes(notes) },
    })
    try {
      if (there === null) await core.createNamespacedConfigMap({ namespace: NAMESPACE, body })
      else await core.replaceNamespacedConfigMap({ namespace: NAMESPACE, name: NAME, body })
      return notes
    } catch (error) {
      if (!(error instanceof ApiException && error.code === 409) || tries >= TRIES) throw error
    }
  }
}

/** Removes the notes; ones that are not there are no error. */
export async function removeNotes(config: KubeConfig): Promise<void> {
  await orNull(config.makeApiClient(CoreV1Api).deleteNamespacedConfigMap({ namespace: NAMESPACE, name: NAME }))
}

const readMap = (config: KubeConfig): Promise<V1ConfigMap | null> =>
  orNull(config.makeApiClient(CoreV1Api).readNamespacedConfigMap({ namespace: NAMESPACE, name: NAME }))

function notesIn(map: V1ConfigMap | null): Notes | null {
  const text = map?.data?.[KEY]
  if (text === undefined) return null
  try {
    return parseNotes(text)
  } catch (error) {
    throw new Error(
      `Nothing was changed. The notes of what meshdrill did to the cluster, ConfigMap "${NAME}" of namespace "${NAMESPACE}", cannot be understood: ${messageOf(error)}. Next: use the meshdrill that wrote them, or look at kubectl -n ${NAMESPACE} get configmap ${NAME} -o yaml`,
      { cause: error },
    )
  }
}
