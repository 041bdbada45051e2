import { hostname, userInfo } from 'node:os'
import type { KubeConfig, V1ConfigMap } from '@kubernetes/client-node'
import { clientLibrary } from '../../../kube/library.ts'
import { nullIfNotFound } from '../../../kube/client.ts'
import { messageOf } from '../../../system/file-error.ts'
import { NAMESPACE } from './lease.ts'
import { formatNotes, parseNotes, type Notes } from './notes-format.ts'

export type { Notes, OwnedObject, PartNote } from './notes-format.ts'

const NAME = 'meshdrill'
const KEY = 'notes.json'
/** Retries of a change after a conflict with another process. */
const TRIES = 20

export const ownerHere = (pid: number, runUid: string): Notes['owner'] => ({ host: hostname(), pid, runUid })

/** Identity of a run in the lease. The UUID distinguishes runs with the same user, host and PID. */
export const identityOf = ({ host, pid, runUid }: Notes['owner']): string =>
  `${userInfo().username}@${host}, process ${pid}, run ${runUid}`

/** The notes; null without any. Errors: they are not valid, with the next command. */
export async function readNotes(config: KubeConfig): Promise<Notes | null> {
  return notesIn(await readMap(config))
}

/**
 * Changes the notes atomically. `change` receives the current notes. It is called again if another process has changed them in the
 * meantime, so that no change is lost.
 */
export async function changeNotes(config: KubeConfig, change: (now: Notes | null) => Notes): Promise<Notes> {
  const core = config.makeApiClient(clientLibrary().CoreV1Api)
  for (let tries = 0; ; tries++) {
    const there = await readMap(config)
    const notes = change(notesIn(there))
    const version = there?.metadata?.resourceVersion
    const metadata = {
      namespace: NAMESPACE,
      name: NAME,
      ...(version === undefined ? {} : { resourceVersion: version }),
    }
    const body = Object.assign(new (clientLibrary().V1ConfigMap)(), {
      metadata: Object.assign(new (clientLibrary().V1ObjectMeta)(), metadata),
      data: { ...there?.data, [KEY]: formatNotes(notes) },
    })
    try {
      if (there === null) await core.createNamespacedConfigMap({ namespace: NAMESPACE, body })
      else await core.replaceNamespacedConfigMap({ namespace: NAMESPACE, name: NAME, body })
      return notes
    } catch (error) {
      if (!(error instanceof clientLibrary().ApiException && error.code === 409) || tries >= TRIES) throw error
    }
  }
}

/** Removes the notes, if there are any. */
export async function removeNotes(config: KubeConfig): Promise<void> {
  await nullIfNotFound(
    config.makeApiClient(clientLibrary().CoreV1Api).deleteNamespacedConfigMap({ namespace: NAMESPACE, name: NAME }),
  )
}

const readMap = (config: KubeConfig): Promise<V1ConfigMap | null> =>
  nullIfNotFound(
    config.makeApiClient(clientLibrary().CoreV1Api).readNamespacedConfigMap({ namespace: NAMESPACE, name: NAME }),
  )

function notesIn(map: V1ConfigMap | null): Notes | null {
  const text = map?.data?.[KEY]
  if (text === undefined) return null
  try {
    return parseNotes(text)
  } catch (error) {
    throw new Error(
      `Nothing was changed. The notes about the lab, ConfigMap "${NAME}" of namespace "${NAMESPACE}", cannot be read: ${messageOf(error)}. Next: use the version of meshdrill that wrote them, or see kubectl -n ${NAMESPACE} get configmap ${NAME} -o yaml`,
      { cause: error },
    )
  }
}
