import { setTimeout as sleep } from 'node:timers/promises'
import type { KubeConfig, V1Lease } from '@kubernetes/client-node'
import { clientLibrary } from '../../../kube/library.ts'
import { LEASE } from '../../../kube/access/guard.ts'
import { nullIfNotFound } from '../../../kube/client.ts'
import { printable } from '../../../output/shorten.ts'

/** The namespace of the lease and of the notes. */
export const NAMESPACE = LEASE.namespace
/** Labels of that namespace if meshdrill created it. */
export const MANAGED_NAMESPACE = { 'app.kubernetes.io/managed-by': 'meshdrill' }
const NAME = LEASE.name
const SECONDS = 60
export const RENEW_MS = 15_000

/** Holder of a lease. `expiresMs`: milliseconds since the epoch by the holder's clock. */
export interface Holder {
  owner: string
  expiresMs: number
}

/** The cluster's lease. Only its holder runs drills: two runs would distort each other's figures and break each other's services. */
export interface ClusterLease {
  /** The holder, even if the lease has expired; null if it is free. */
  holder(): Promise<Holder | null>
  /** Takes the lease if it is free or expired. Errors: another run holds it; the message names the holder. */
  take(): Promise<void>
  /**
   * As `take`, but waits until the lease expires, since its holder may have been killed. Calls `onWait` once, before waiting.
   * Errors: the holder renews the lease, so it is alive.
   */
  takeWhenFree(onWait: (holder: Holder) => void): Promise<void>
  /** Renews the lease. Errors: `LeaseLost`, and errors of the API server. */
  renew(): Promise<void>
  /** Releases the lease if this run holds it. */
  release(): Promise<void>
}

export interface LeaseOptions {
  owner: string
  /** Time between two renewals. Before an expired lease is taken, it is watched longer than that: its holder's clock may differ. */
  renewMs?: number
  now?: () => number
}

export function leaseOf(config: KubeConfig, options: LeaseOptions): ClusterLease {
  const { owner, renewMs = RENEW_MS, now = Date.now } = options
  const api = config.makeApiClient(clientLibrary().CoordinationV1Api)
  const at = { namespace: NAMESPACE, name: NAME }
  const read = (): Promise<V1Lease | null> => nullIfNotFound(api.readNamespacedLease(at))
  const body = (lease: V1Lease | null): V1Lease => {
    const seen = lease === null ? {} : { resourceVersion: lease.metadata?.resourceVersion ?? '' }
    const spec = {
      holderIdentity: owner,
      leaseDurationSeconds: SECONDS,
      renewTime: new (clientLibrary().V1MicroTime)(now()),
    }
    return Object.assign(new (clientLibrary().V1Lease)(), {
      metadata: Object.assign(new (clientLibrary().V1ObjectMeta)(), { ...at, ...seen }),
      spec: Object.assign(new (clientLibrary().V1LeaseSpec)(), spec),
    })
  }
  const write = async (lease: V1Lease | null): Promise<void> => {
    try {
      if (lease === null) await api.createNamespacedLease({ namespace: NAMESPACE, body: body(null) })
      else await api.replaceNamespacedLease({ ...at, body: body(lease) })
    } catch (error) {
      if (error instanceof clientLibrary().ApiException && error.code === 409) {
        throw new Error(
          `Another run took lease "${NAME}" of namespace "${NAMESPACE}" at the same moment. Next: start again when that run has ended`,
          { cause: error },
        )
      }
      throw error
    }
  }
  return {
    holder: async () => holderOf(await read()),
    async take() {
      await ensureNamespace(config)
      const lease = await read()
      const holder = holderOf(lease)
      if (holder !== null && holder.owner !== owner) {
        if (holder.expiresMs > now()) throw new Error(inUseMessage(holder))
        await sleep(renewMs * 1.5)
        const later = await read()
        if (changed(lease, later)) throw new Error(inUseMessage(holder))
      }
      await write(lease)
    },
    async takeWhenFree(onWait) {
      const first = await read()
      const holder = holderOf(first)
      if (holder !== null && holder.owner !== owner && holder.expiresMs > now()) {
        onWait(holder)
        while (holder.expiresMs > now()) {
          await sleep(Math.min(renewMs / 15, holder.expiresMs - now() + 1))
          if (changed(first, await read())) throw new Error(inUseMessage(holder))
        }
      }
      await this.take()
    },
    async renew() {
      const lease = await read()
      const holder = holderOf(lease)
      if (holder?.owner !== owner) throw new LeaseLost(holder)
      await write(lease)
    },
    async release() {
      const lease = await read()
      if (lease === null || holderOf(lease)?.owner !== owner) return
      const { metadata } = lease
      const seen = { uid: metadata?.uid ?? '', resourceVersion: metadata?.resourceVersion ?? '' }
      const preconditions = Object.assign(new (clientLibrary().V1Preconditions)(), seen)
      await nullIfNotFound(
        api.deleteNamespacedLease({
          ...at,
          body: Object.assign(new (clientLibrary().V1DeleteOptions)(), { preconditions }),
        }),
      )
    },
  }
}

/** True if the lease was renewed or changed hands. A released lease does not count. */
const changed = (lease: V1Lease | null, later: V1Lease | null): boolean =>
  later !== null && later.metadata?.resourceVersion !== lease?.metadata?.resourceVersion

/** Another run has taken the lease, or it was released. Trying again does not help. */
export class LeaseLost extends Error {
  constructor(readonly holder: Holder | null) {
    super(`this run has lost the lease of the cluster; its holder is ${holder?.owner ?? 'no other run'}`)
  }
}

export const inUseMessage = ({ owner, expiresMs }: Holder): string =>
  `The cluster is in use by ${printable(owner)}, until ${new Date(expiresMs).toISOString()} at least. Next: wait until that run ends, or end it. After that its lease expires: kubectl -n ${NAMESPACE} get lease ${NAME}`

export const waitingMessage = ({ owner, expiresMs }: Holder): string =>
  `${printable(owner)} has not released its lease: waiting until it expires, at ${new Date(expiresMs).toISOString()}`

function holderOf(lease: V1Lease | null): Holder | null {
  const {
    holderIdentity,
    renewTime,
    leaseDurationSeconds = SECONDS,
  } = lease?.spec ?? new (clientLibrary().V1LeaseSpec)()
  if (!holderIdentity) return null
  return { owner: holderIdentity, expiresMs: new Date(renewTime ?? 0).getTime() + 1000 * leaseDurationSeconds }
}

async function ensureNamespace(config: KubeConfig): Promise<void> {
  const core = config.makeApiClient(clientLibrary().CoreV1Api)
  if ((await nullIfNotFound(core.readNamespace({ name: NAMESPACE }))) !== null) return
  const metadata = Object.assign(new (clientLibrary().V1ObjectMeta)(), { name: NAMESPACE, labels: MANAGED_NAMESPACE })
  await core.createNamespace({ body: Object.assign(new (clientLibrary().V1Namespace)(), { metadata }) })
}
