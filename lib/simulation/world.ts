import { noopLab } from './noop-cluster.ts'
import type { Clock } from '../system/wait.ts'
import type { KubeObject, ObjectReference } from '../kube/object.ts'
import type { Lab } from '../lab/lab.ts'
import { createRandom } from '../verdict/statistics/random.ts'
import { clockWithJump, type Standstill, virtualClock, type VirtualClock } from './clock.ts'
import { Service } from './service.ts'

/** State that simulated drivers share: time, random numbers, and the objects in the cluster. */
export interface World {
  /** True time. The cluster and the prober use it; the host's clock may be changed. */
  readonly clock: VirtualClock
  /** The clock of the machine that runs the drills. */
  readonly host: Clock
  readonly lab: Lab
  /** Random numbers in [0, 1). Each name has a separate stream, so that one use does not shift another. */
  draw(stream: string): () => number
  /** The service of a namespace; created on first use. */
  service(namespace: string): Service
  /** Pods that are moving data of a volume. A fault can end them. */
  readonly movers: Set<Mover>
  /** Functions that undo active faults, by the fault's name. */
  readonly heals: Map<string, (() => string)[]>
  /** `away` is true while the store does not answer. */
  store: { away: boolean }
}

export interface Mover {
  namespace: string
  sinceMs: number
  killed: boolean
}

/** Start of every simulation: 14 November 2023, 22:13:20 UTC. */
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
    host: clockWithJump(clock, jump && { atMs: START_MS + jump.afterMs, byMs: jump.byMs }),
    lab: simulatedLab((namespace) => services.get(namespace) ?? null),
    draw(stream) {
      const known = streams.get(stream) ?? createRandom(mix(seed, stream))
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

/** Gives independent streams for neighbouring seeds and for different names. */
function mix(seed: number, stream: string): number {
  let mixed = Math.imul(seed + 1, 0x9e3779b1)
  for (let at = 0; at < stream.length; at++) mixed = Math.imul(mixed ^ stream.charCodeAt(at), 0x01000193)
  return mixed ^ (mixed >>> 15)
}

/** The noop lab, marked as simulated, in which a namespace has a service and a claim. */
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
