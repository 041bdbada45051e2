import { setTimeout as sleep } from 'node:timers/promises'
import {
  ApiException,
  CoordinationV1Api,
  CoreV1Api,
  V1DeleteOptions,
  V1Lease,
  V1LeaseSpec,
  V1MicroTime,
  V1Namespace,
  V1ObjectMeta,
  V1Preconditions,
  type KubeConfig,
} from '@kubernetes/client-node'
import { LEASE } from '../../../kube/access/guard.ts'
import { orNull } from '../../../kube/client.ts'
import { printable } from '../../../output/printable.ts'

/** The namespace that is ours whatever the run installs: the lease, and the notes of what was installed. */
export const NAMESPACE = LEASE.namespace
/** Labels of that namespace, where meshdrill made it. */
export const MANAGED_NAMESPACE = { 'app.kubernetes.io/managed-by': 'meshdrill' }
const NAME = LEASE.name
const SECONDS = 60
export const RENEW_MS = 15_000

/** Who uses the cluster, and until when, as milliseconds since the epoch by the holder's clock. */
export interface Holder {
  owner: string
  expiresMs: number
}

/** The cluster's lease: one run at a time, as drills measure, and break what another's would stand on. */
export interface ClusterLease {
  /** Who holds it, though it be expired; null where nobody does. */
  holder(): Promise<Holder | null>
  /** Takes it, also from a holder that lets it expire. Errors: who holds it. */
  take(): Promise<void>
  /**
   * Takes it as `take` does, but waits for a holder that may have been killed: until the lease expires. `onWait` is called with
   * that time, once. Errors: the holder renews it, and so lives.
   */
  takeWhenFree(onWait: (holder: Holder) => void): Promise<void>
  /** Says that the run lasts. Errors: `LeaseLost`, and those of the API server. */
  renew(): Promise<void>
  /** Gives it back; one that is another's is left alone. */
  release(): Promise<void>
}

export interface LeaseOptions {
  owner: string
  /** Time between two renewals; one that looks expired is watched as long, as clocks differ and its holder may live. */
  renewMs?: number
  now?: () => number
}

export function leaseOf(config: KubeConfig, options: LeaseOptions): ClusterLease {
  const { owner, renewMs = RENEW_MS, now = Date.now } = options
  const api = config.makeApiClient(CoordinationV1Api)
  const at = { namespace: NAMESPACE, name: NAME }
  const read = (): Promise<V1Lease | null> => orNull(api.readNamespacedLease(at))
  const body = (lease: V1Lease | null): V1Lease => {
    const seen = lease === null ? {} : { resourceVersion: lease.metadata?.resourceVersion ?? '' }
    const spec = { holderIdentity: owner, leaseDurationSeconds: SECONDS, renewTime: new V1MicroTime(now()) }
    return Object.assign(new V1Lease(), {
      metadata: Object.assign(new V1ObjectMeta(), { ...at, ...seen }),
      spec: Object.assign(new V1LeaseSpec(), spec),
    })
  }
  const write = async (lease: V1Lease | null): Promise<void> => {
    try {
      if (lease === null) await api.createNamespacedLease({ namespace: NAMESPACE, body: body(null) })
      else await api.replaceNamespacedLease({ ...at, body: body(lease) })
    } catch (error) {
      if (error instanceof ApiException && error.code === 409) {
        throw new Error('Another run took the cluster at the same moment. Next: run it again when that one has ended', {
          cause: error,
        })
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
        if (holder.expiresMs > now()) throw new Error(heldBy(holder))
        await sleep(renewMs * 1.5)
        const later = await read()
        if (changed(lease, later)) throw new Error(heldBy(holder))
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
          if (changed(first, await read())) throw new Error(heldBy(holder))
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
      const preconditions = Object.assign(new V1Preconditions(), seen)
      await orNull(api.deleteNamespacedLease({ ...at, body: Object.assign(new V1DeleteOptions(), { preconditions }) }))
    },
  }
}

/** A lease that was given back meanwhile has not been renewed. */
const changed = (lease: V1Lease | null, later: V1Lease | null): boolean =>
  later !== null && later.metadata?.resourceVersion !== lease?.metadata?.resourceVersion

/** Another run has taken the lease, or it was given back: it does not come back by itself. */
export class LeaseLost extends Error {
  constructor(readonly holder: Holder | null) {
    super(`the lease is no longer ours, but of ${holder?.owner ?? 'nobody'}`)
  }
}

export const heldBy = ({ owner, expiresMs }: Holder): string =>
  `The cluster is in use by ${printable(owner)}, until ${new Date(expiresMs).toISOString()} at least. Next: wait for that run to end, or end it; its lease expires by itself: kubectl -n ${NAMESPACE} get lease ${NAME}`

export const waitingFor = ({ owner, expiresMs }: Holder): string =>
  `${printable(owner)} has not given its lease back: waiting until it expires, at ${new Date(expiresMs).toISOString()}`

function holderOf(lease: V1Lease | null): Holder | null {
  const { holderIdentity, renewTime, leaseDurationSeconds = SECONDS } = lease?.spec ?? new V1LeaseSpec()
  if (!holderIdentity) return null
  return { owner: holderIdentity, expiresMs: new Date(renewTime ?? 0).getTime() + 1000 * leaseDurationSeconds }
}

async function ensureNamespace(config: KubeConfig): Promise<void> {
  const core = config.makeApiClient(CoreV1Api)
  if ((await orNull(core.readNamespace({ name: NAMESPACE }))) !== null) return
  const metadata = Object.assign(new V1ObjectMeta(), { name: NAMESPACE, labels: MANAGED_NAMESPACE })
  await core.createNamespace({ body: Object.assign(new V1Namespace(), { metadata }) })
}
