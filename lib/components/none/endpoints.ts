import type { KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { watchOnce } from '../../kube/watch.ts'
import { messageOf } from '../../system/file-error.ts'

export interface EndpointSlice extends KubeObject {
  addressType: string
  endpoints?: { addresses: string[]; conditions?: Record<string, boolean> }[] | null
  ports?: { name?: string; port?: number; protocol?: string }[] | null
}

export interface EndpointsWatch {
  /** Why changes may have been missed for more than a second; null if none were. */
  gapReason: () => string | null
  stop(): Promise<void>
}

/** Label of an EndpointSlice with the name of its Service. */
export const SERVICE_LABEL = 'kubernetes.io/service-name'
const PAUSE_MS = 100
const MAX_GAP_MS = 1000

interface Service {
  namespace: string
  name: string
}

/** The slices of a list request, by name. */
interface Listed {
  slices: Map<string, EndpointSlice>
  resourceVersion: string
}

/**
 * Watches the endpoints of a Service, also while its namespace is deleted and restored. `onChange` gets all slices of the Service,
 * at the start and after each change, one call at a time. Resolves after the first call, and rejects if that call fails.
 */
export async function watchEndpoints(
  kube: KubeClient,
  service: Service,
  onChange: (slices: EndpointSlice[]) => Promise<void>,
): Promise<EndpointsWatch> {
  const ended = new AbortController()
  const hasEnded = () => ended.signal.aborted
  const where = `the endpoints of Service "${service.name}" in namespace "${service.namespace}"`
  let gap: { sinceMs: number; why: string } | null = null
  let firstGap: string | null = null
  const noteGap = (): void => {
    if (gap === null || Date.now() - gap.sinceMs <= MAX_GAP_MS) return
    firstGap ??= `${where} could not be watched for more than ${MAX_GAP_MS / 1000} s: ${gap.why}`
  }
  const list = async (): Promise<Listed> => {
    const listed = await listSlices(kube, service)
    await onChange([...listed.slices.values()])
    noteGap()
    gap = null
    return listed
  }
  const follow = async (first: Listed): Promise<void> => {
    let listed: Listed | null = first
    while (!hasEnded()) {
      try {
        await followOnce(kube, service, listed ?? (await list()), onChange, ended.signal)
        if (!hasEnded()) gap ??= { sinceMs: Date.now(), why: 'the API server ended the watch' }
      } catch (error) {
        gap ??= { sinceMs: Date.now(), why: messageOf(error) }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      }
      listed = null
    }
  }
  const followed = follow(await list())
  return {
    gapReason() {
      noteGap()
      return firstGap
    },
    async stop() {
      ended.abort()
      await followed
    },
  }
}

const GROUP = { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices' }
const selectorOf = ({ name }: Service): string => `${SERVICE_LABEL}=${name}`

async function listSlices({ custom }: KubeClient, service: Service): Promise<Listed> {
  const { namespace } = service
  const list = (await custom.listNamespacedCustomObject({
    ...GROUP,
    namespace,
    labelSelector: selectorOf(service),
  })) as { metadata: { resourceVersion: string }; items: EndpointSlice[] }
  return {
    slices: new Map(list.items.map((slice) => [slice.metadata.name, slice])),
    resourceVersion: list.metadata.resourceVersion,
  }
}

/** Follows one watch until it ends. Errors: the watch was lost, or `onChange` failed. */
async function followOnce(
  kube: KubeClient,
  service: Service,
  { slices, resourceVersion }: Listed,
  onChange: (slices: EndpointSlice[]) => Promise<void>,
  ended: AbortSignal,
): Promise<void> {
  const failed = new AbortController()
  let calls = Promise.resolve()
  const lost = await watchOnce<EndpointSlice>(kube, {
    path: `/apis/${GROUP.group}/${GROUP.version}/namespaces/${service.namespace}/${GROUP.plural}`,
    query: { labelSelector: selectorOf(service), resourceVersion },
    onEvent(event, slice) {
      if (event === 'DELETED') slices.delete(slice.metadata.name)
      else slices.set(slice.metadata.name, slice)
      const now = [...slices.values()]
      calls = calls.then(() => onChange(now))
      calls.catch((error: unknown) => {
        failed.abort(error)
      })
    },
    ended: AbortSignal.any([ended, failed.signal]),
  })
  await calls
  if (lost !== null && !ended.aborted) throw new Error(lost)
}
