import { createHash, randomBytes } from 'node:crypto'
import type { V1Pod, V1Secret } from '@kubernetes/client-node'
import { isNotFound } from '../kube/client.ts'
import { pending, waitFor } from '../kube/wait.ts'
import type { Lab } from '../lab.ts'
import { openBucket, StoreRefusal } from '../store/s3.ts'
import type { FaultTarget, ObservedFault } from './fault.ts'
import { containerIdOf } from './first-process.ts'
import { isRunning, placeOf, runBesidePod } from './node-shell.ts'
import { orUndo } from './undo.ts'

type Data = Record<string, string>

/**
 * Puts a wrong key into the tool's Secret. A pod that reads the Secret from a file gets the new one when its kubelet comes to
 * it, which a change of the pod hastens; one that took it into its environment keeps the old key until it is started again.
 */
export async function changeKey(lab: Lab, { tool, namespace }: FaultTarget): Promise<ObservedFault> {
  const { secret } = tool.parts(namespace)
  if (secret === null) throw new Error(`${tool.name}/${tool.strategy} keeps no key to the store in the cluster`)
  const right = lab.store.secretKey
  const wrong = randomBytes(right.length).toString('hex').slice(0, right.length)
  const before = (await read(lab, secret)).data ?? {}
  const after = replaceIn(before, right, wrong)
  if (Object.keys(after).length === 0) {
    throw new Error(`Secret "${secret.name}" of namespace "${secret.namespace}" does not hold the store's key`)
  }
  const readers = filesOf((await lab.kube.pods(secret.namespace)).filter(isRunning), secret.name, Object.keys(after))
  const heal = async () => {
    const old = Object.fromEntries(Object.keys(after).map((key) => [key, before[key] ?? '']))
    await write(lab, secret, old)
    await Promise.all(readers.map((reader) => holds(lab, reader, old)))
    return `Secret "${secret.name}" of namespace "${secret.namespace}" has its key again, ${inWords(readers)} too`
  }
  const requestedMs = Date.now()
  return orUndo(async () => {
    await write(lab, secret, after)
    await refused({ ...lab, store: { ...lab.store, secretKey: wrong } })
    await Promise.all(readers.map((reader) => holds(lab, reader, after)))
    return {
      between: [requestedMs, Date.now()],
      evidence: `Secret "${secret.name}" of namespace "${secret.namespace}" holds a key that the store refuses, ${inWords(readers)} too`,
      heal,
    }
  }, heal)
}

interface SecretReference {
  namespace: string
  name: string
}

const read = (lab: Lab, { namespace, name }: SecretReference): Promise<V1Secret> =>
  lab.kube.core.readNamespacedSecret({ namespace, name })

async function write(lab: Lab, secret: SecretReference, data: Data): Promise<void> {
  const { namespace, name } = secret
  const body = await read(lab, secret)
  await lab.kube.core.replaceNamespacedSecret({
    namespace,
    name,
    body: Object.assign(body, { data: { ...body.data, ...data } }),
  })
}

/** The entries of a Secret (base64) that hold a text, with another in its place. */
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

/** The files by which pods read entries of a Secret: one a container, which is as good as all. */
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

const inWords = (readers: Reader[]): string =>
  readers.length === 0
    ? 'which no pod reads from a file'
    : `as files in ${readers.map(({ pod }) => pod.metadata?.name ?? '?').join(', ')}`

/**
 * Resolves when a pod's file shows its entry of `data`, or when the pod has ended, as pods of Jobs do. The node tells only the
 * file's hash: the arguments of an exec are part of its URL, which audit logs keep.
 */
async function holds(lab: Lab, { pod, container, path, entry }: Reader, data: Data): Promise<void> {
  const { name, namespace } = placeOf(pod)
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
        const answer = await runBesidePod(lab, placeOf(pod), HASH_FILE, { containerId, args: [path] })
        return answer.startsWith(`${wanted} `) ? true : pending('it holds another key')
      } catch (error) {
        if (await isOver()) return true
        throw error
      }
    },
    { timeout: '120s', every: '300ms', hint: `kubectl -n ${namespace} describe pod ${name}` },
  )
}

/** From standard input, so that the name of the file never changes what is printed. A file that is not there yet is no error. */
const HASH_FILE = 'sha256sum <"/proc/$pid/root$1" || echo missing'

/** A pod that changes is looked at by its kubelet at once, and so are the Secrets that it shows. One that is gone is left. */
async function hasten({ kube }: Lab, pod: V1Pod): Promise<void> {
  const { name, namespace } = placeOf(pod)
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
