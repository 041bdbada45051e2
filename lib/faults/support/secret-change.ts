import { createHash, randomBytes } from 'node:crypto'
import type { V1Pod } from '@kubernetes/client-node'
import { isNotFound, nullIfNotFound } from '../../kube/client.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { openBucket, StoreRefusal } from '../../store/s3.ts'
import type { Change, FaultTarget } from '../fault.ts'
import { containerIdOf } from './container-end.ts'
import { runBesidePod } from './node-shell.ts'
import { isRunning, toPlacedPod } from '../../kube/placed-pod.ts'
import type { SecretReference } from '../../lab/undo.ts'
import { shellCommand } from '../../output/shorten.ts'

type Data = Record<string, string>

/**
 * Writes a wrong key into the tool's Secret. A pod that reads the Secret from a file gets the new key when its kubelet
 * updates the file; a change of the pod speeds this up. A pod that reads it from its environment keeps the old key
 * until it restarts.
 */
export async function changeKey(lab: Lab, { tool, namespace }: FaultTarget): Promise<Change> {
  const { secret } = tool.parts(namespace)
  if (secret === null) throw new Error(`${tool.name}/${tool.strategy} keeps no key to the store in the cluster`)
  const right = lab.store.secretKey
  const wrong = randomBytes(right.length).toString('hex').slice(0, right.length)
  const { metadata, data = {} } = await lab.kube.core.readNamespacedSecret(secret)
  const name = inQuotes(secret)
  const after = replaceIn(data, right, wrong)
  if (Object.keys(after).length === 0) throw new Error(`${name} does not hold the store's key`)
  const reference = { ...secret, uid: metadata?.uid ?? '' }
  return {
    undo: [{ kind: 'restore-key', secret: reference, wrong, right: fingerprint(right, wrong) }],
    make: () => write(lab, reference, after),
    async see(requestedMs) {
      await refused({ ...lab, store: { ...lab.store, secretKey: wrong } })
      const readers = await readersOf(lab, secret, Object.keys(after))
      await Promise.all(readers.map((reader) => holds(lab, reader, after)))
      return {
        between: [requestedMs, Date.now()],
        evidence: `${name} holds a key that the store refuses, ${describeReaders(readers)} too`,
      }
    },
  }
}

/**
 * Replaces the wrong key by the store's key, in the Secret and in the files of pods. Leaves other entries and later
 * changes alone. Throws if the store of this run has another key than the Secret had.
 */
export async function restoreKey(lab: Lab, secret: SecretReference, wrong: string, right: string): Promise<string> {
  const name = inQuotes(secret)
  const { secretKey } = lab.store
  const found = await nullIfNotFound(
    lab.kube.core.readNamespacedSecret({ namespace: secret.namespace, name: secret.name }),
  )
  if (found === null || found.metadata?.uid !== secret.uid) return `${name} is gone`
  const changed = replaceIn(found.data ?? {}, wrong, secretKey)
  if (Object.keys(changed).length > 0) {
    if (fingerprint(secretKey, wrong) !== right) {
      const next = shellCommand`kubectl -n ${secret.namespace} edit secret ${secret.name}`
      throw new Error(`${name} holds a wrong key of a drill, and this run has the key of another store. Next: ${next}`)
    }
    await write(lab, secret, changed)
  }
  const now = (await lab.kube.core.readNamespacedSecret({ namespace: secret.namespace, name: secret.name })).data ?? {}
  const keys = Object.keys(replaceIn(now, secretKey, wrong))
  const readers = await readersOf(lab, secret, keys)
  await Promise.all(readers.map((reader) => holds(lab, reader, now)))
  return `${name} has its key again, ${describeReaders(readers)} too`
}

/** Fingerprint that distinguishes keys without revealing them. The undo that holds it is not secret. */
const fingerprint = (key: string, salt: string): string => createHash('sha256').update(`${salt}/${key}`).digest('hex')

const inQuotes = ({ namespace, name }: Pick<SecretReference, 'namespace' | 'name'>): string =>
  `Secret "${name}" of namespace "${namespace}"`

const readersOf = async ({ kube }: Lab, secret: Pick<SecretReference, 'namespace' | 'name'>, keys: string[]) =>
  filesOf((await kube.pods(secret.namespace)).filter(isRunning), secret.name, keys)

/** Throws if the Secret was replaced, or changed at the same moment. */
async function write({ kube }: Lab, { namespace, name, uid }: SecretReference, data: Data): Promise<void> {
  const body = await kube.core.readNamespacedSecret({ namespace, name })
  if (body.metadata?.uid !== uid) throw new Error(`${inQuotes({ namespace, name })} is another than it was`)
  body.data = { ...body.data, ...data }
  await kube.core.replaceNamespacedSecret({ namespace, name, body })
}

/** Entries of a Secret (base64) that contain `text`, with it replaced. */
export function replaceIn(data: Data, text: string, other: string): Data {
  const plain = Object.entries(data).map(
    ([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')] as const,
  )
  const encode = (value: string) => Buffer.from(value.replaceAll(text, other), 'utf8').toString('base64')
  return Object.fromEntries(
    plain.filter(([, value]) => value.includes(text)).map(([key, value]) => [key, encode(value)]),
  )
}

/** A file in a pod that shows an entry of a Secret. */
interface Reader {
  pod: V1Pod
  container: string
  path: string
  /** Key of the entry in the Secret. */
  entry: string
}

/** The files of entries of a Secret in pods, one for each container. */
export function filesOf(pods: V1Pod[], secret: string, keys: string[]): Reader[] {
  return pods.flatMap((pod) => {
    const volumes = (pod.spec?.volumes ?? []).filter((volume) => volume.secret?.secretName === secret)
    return (pod.spec?.containers ?? []).flatMap((container) => {
      const mount = container.volumeMounts?.find(
        ({ name, subPath }) => !subPath && volumes.some((v) => v.name === name),
      )
      const entry = keys[0] ?? ''
      return mount ? [{ pod, container: container.name, path: `${mount.mountPath}/${entry}`, entry }] : []
    })
  })
}

const describeReaders = (readers: Reader[]): string =>
  readers.length === 0
    ? 'which no pod reads from a file'
    : `as files in ${readers.map(({ pod }) => pod.metadata?.name ?? '?').join(', ')}`

/**
 * Resolves when a pod's file holds its entry of `data`, or when the pod has ended, like pods of Jobs. The node returns
 * only a hash of the file: exec arguments are part of the URL, which audit logs keep.
 */
async function holds(lab: Lab, { pod, container, path, entry }: Reader, data: Data): Promise<void> {
  const { name, namespace } = toPlacedPod(pod)
  const status = pod.status?.containerStatuses?.find((one) => one.name === container)
  const containerId = (status && containerIdOf(status)) ?? ''
  const wanted = createHash('sha256')
    .update(Buffer.from(data[entry] ?? '', 'base64'))
    .digest('hex')
  const isOver = async () =>
    !(await lab.kube.pods(namespace)).some((one) => one.metadata?.uid === pod.metadata?.uid && isRunning(one))
  await hasten(lab, pod)
  await waitFor(
    `file "${path}" of pod "${namespace}/${name}" with the changed key`,
    async () => {
      try {
        const answer = await runBesidePod(lab, toPlacedPod(pod), HASH_FILE, { containerId, args: [path] })
        return answer.startsWith(`${wanted} `) ? true : pending('it holds another key')
      } catch (error) {
        if (await isOver()) return true
        throw error
      }
    },
    { timeout: '120s', every: '300ms', hint: shellCommand`kubectl -n ${namespace} describe pod ${name}` },
  )
}

/** Hashes standard input, so that the output does not contain the file name. A missing file is not an error. */
const HASH_FILE = 'sha256sum <"/proc/$pid/root$1" || echo missing'

/** The kubelet syncs a changed pod at once, including its Secrets. A missing pod is ignored. */
async function hasten({ kube }: Lab, pod: V1Pod): Promise<void> {
  const { name, namespace } = toPlacedPod(pod)
  try {
    const body = await kube.core.readNamespacedPod({ name, namespace })
    if (body.metadata === undefined) return
    const changed = { 'meshdrill/secret-changed-at': new Date().toISOString() }
    body.metadata.annotations = { ...body.metadata.annotations, ...changed }
    await kube.core.replaceNamespacedPod({ name, namespace, body })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

async function refused({ store }: Lab): Promise<void> {
  try {
    await openBucket(store).list('meshdrill/')
  } catch (error) {
    if (error instanceof StoreRefusal && error.status === 403) return
    throw error
  }
  throw new Error(`the store ${store.url} takes a wrong key`)
}
