import { noopLab } from './noop-cluster.ts'
import type { Clock } from '../system/clock.ts'
import type { KubeObject, ObjectReference } from '../kube/object.ts'
import type { Lab } from '../lab/lab.ts'
import { drawFrom } from '../verdict/statistics/random.ts'
import { settingClock, type Standstill, virtualClock, type VirtualClock } from './clock.ts'
import { Service } from './service.ts'

/** What simulated drivers share: the time, what is drawn, and what stands in the cluster. */
export interface World {
  /** The time as it is. The cluster and the prober have it; the host's clock may be set. */
  readonly clock: VirtualClock
  /** The clock of the machine that runs the drills. */
  readonly host: Clock
  readonly lab: Lab
  /** Numbers in [0, 1) from a stream of its own for each name, so that one does not move another. */
  draw(stream: string): () => number
  /** The service of a namespace; made where there is none yet. */
  service(namespace: string): Service
  /** Pods that move a volume's data now; a fault ends them. */
  readonly movers: Set<Mover>
  /** How faults that struck are taken away, by the name of the fault. */
  readonly heals: Map<string, (() => string)[]>
  /** Whether the store answers. */
  store: { away: boolean }
}

export interface Mover {
  namespace: string
  sinceMs: number
  killed: boolean
}

/** 14 November 2023, 22:13:20 UTC: as good as any. */
export const START_MS = 1_700_000_000_000

export function createWorld(
  seed: number,
  jump: { afterMs: number; byMs: number } | null = null,
  standstills: readonly Standstill[] = [],
): World {
  const clock = virtualClock(
    START_MS,
    standstills.map((one) => ({ ...one, fromMs: START_MS + one.fromMs })),
  )
  const services = new Map<string, Service>()
  const streams = new Map<string, () => number>()
  const movers = new Set<Mover>()
  const world: World = {
    clock,
    host: settingClock(clock, jump && { atMs: START_MS + jump.afterMs, byMs: jump.byMs }),
    lab: simulatedLab((namespace) => services.get(namespace) ?? null),
    draw(stream) {
      const known = streams.get(stream) ?? drawFrom(mix(seed, stream))
      streams.set(stream, known)
      return known
    },
    service(namespace) {
      const known = services.get(namespace) ?? new Service(clock)
      services.set(namespace, known)
      return known
    },
    movers,
    heals: new Map(),
    store: { away: false },
  }
  return world
}

/** Neighbouring seeds and names give streams that have nothing to do with each other. */
function mix(seed: number, stream: string): number {
  let mixed = Math.imul(seed + 1, 0x9e3779b1)
  for (let at = 0; at < stream.length; at++) mixed = Math.imul(mixed ^ stream.charCodeAt(at), 0x01000193)
  return mixed ^ (mixed >>> 15)
}

/** The noop lab, marked as what it is, in which a namespace has a service and a claim. */
function simulatedLab(find: (namespace: string) => Service | null): Lab {
  const { cluster, kube, ...rest } = noopLab()
  const getClaim = ({ metadata, ...reference }: ObjectReference): KubeObject | null =>
    find(metadata.namespace ?? '')?.volume ? { ...reference, metadata, status: { phase: 'Bound' } } : null
  return {
    ...rest,
    cluster: { ...cluster, provider: 'simulated', describe: () => Promise.resolve({ kubernetes: 'none', nodes: 1 }) },
    kube: {
      ...kube,
      get: async <T extends KubeObject>(reference: ObjectReference) =>
        reference.kind === 'PersistentVolumeClaim' ? (getClaim(reference) as T | null) : kube.get<T>(reference),
      async delete(reference) {
        if (reference.kind === 'Namespace') find(reference.metadata.name)?.remove()
        await kube.delete(reference)
      },
    },
  }
}
