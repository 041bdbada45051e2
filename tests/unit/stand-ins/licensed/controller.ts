import { ApiException } from '@kubernetes/client-node'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KubeClient } from '../../../../lib/kube/client.ts'
import type { KubeObject } from '../../../../lib/kube/object.ts'

/*
 * A stand-in for the controllers of licensed tools. It plays, on each new object of a kind, a list of states that the tool's
 * documentation names. It works on a stand-in for an API server and on a real one. No result of a drill ever comes from it.
 */

export type Step =
  /** The object gets this status. */
  | { status: Record<string, unknown> }
  /** Somebody deletes the object. */
  | 'deleted'
  /** Whatever else the tool does at that moment. */
  | ((object: KubeObject) => Promise<void>)

/** What the controller does with the objects of a kind. */
export interface Role {
  /** Such as `core.kubestash.com/v1alpha1`. */
  apiVersion: string
  plural: string
  play: (object: KubeObject) => Step[]
}

export interface ScriptedController {
  /** Errors: the first one that a step threw. */
  stop(): Promise<void>
}

const PAUSE_MS = 15

export function startController(kube: KubeClient, roles: Role[]): ScriptedController {
  const left = new Map<string, Step[]>()
  const isOver = { value: false }
  const turn = async (role: Role): Promise<void> => {
    for (const object of await listAll(kube, role)) {
      const uid = object.metadata.uid ?? ''
      const steps = left.get(uid) ?? [...role.play(object)]
      left.set(uid, steps)
      const [step] = steps
      if (step !== undefined && (await perform(kube, role, object, step))) steps.shift()
    }
  }
  const work = (async () => {
    while (!isOver.value) {
      for (const role of roles) await turn(role)
      await sleep(PAUSE_MS)
    }
  })()
  work.catch(() => undefined)
  return {
    async stop() {
      isOver.value = true
      await work
    },
  }
}

async function listAll({ custom }: KubeClient, { apiVersion, plural }: Role): Promise<KubeObject[]> {
  const [group = '', version = ''] = apiVersion.split('/')
  const listed = (await custom.listClusterCustomObject({ group, version, plural })) as { items: KubeObject[] }
  return listed.items
}

/** False if the step is to be tried again: the object was changed in between. */
async function perform(kube: KubeClient, role: Role, object: KubeObject, step: Step): Promise<boolean> {
  try {
    if (typeof step === 'function') await step(object)
    else if (step === 'deleted') await kube.custom.deleteNamespacedCustomObject(placeOf(role, object))
    else await putStatus(kube, role, object, step.status)
    return true
  } catch (error) {
    if (error instanceof ApiException && error.code === 409) return false
    // Its namespace was deleted.
    if (error instanceof ApiException && error.code === 404) return true
    throw error
  }
}

const placeOf = ({ apiVersion, plural }: Pick<Role, 'apiVersion' | 'plural'>, { metadata }: KubeObject) => {
  const [group = '', version = ''] = apiVersion.split('/')
  return { group, version, plural, namespace: metadata.namespace ?? '', name: metadata.name }
}

export async function putStatus(
  { custom }: KubeClient,
  role: Pick<Role, 'apiVersion' | 'plural'>,
  object: KubeObject,
  status: Record<string, unknown>,
): Promise<void> {
  await custom.replaceNamespacedCustomObjectStatus({ ...placeOf(role, object), body: { ...object, status } })
}

/** Makes an object with a status, as a controller does. One that is there stays. */
export async function makeWithStatus(
  kube: KubeClient,
  role: Pick<Role, 'apiVersion' | 'plural'>,
  object: KubeObject,
  status: Record<string, unknown>,
): Promise<void> {
  if ((await kube.get(object)) !== null) return
  await kube.create(object)
  const made = await kube.get(object)
  if (made !== null) await putStatus(kube, role, made, status)
}
