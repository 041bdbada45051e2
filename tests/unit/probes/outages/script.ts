import { createRandom } from '../../../../lib/verdict/statistics/random.ts'

/** How a service is away: for all requests, or, in a brown-out, for a share of them. */
export type Manner = 'refused' | 'hanging' | 'unavailable' | 'wrong' | 'brown-out'

/** An outage that a stub plays: it is away so often, so long, with so much between, in milliseconds. */
export interface ScriptedOutage {
  manner: Manner
  spells: { lastsMs: number; thenMs: number }[]
  /** Of the requests that fail while it is away. */
  share: number
  /** For what is drawn request by request. */
  seed: number
}

/** What a stub did, in milliseconds since the epoch by its own monotonic clock. */
export interface PlayedOutage {
  /** When it began to be away: a time between the two. */
  began: [number, number]
  /** From when on every request was answered rightly. */
  endedMs: number
  /** True if clients saw the outage. A stub that stalled itself had no outage to see. */
  affected: boolean
}

const manners: Manner[] = ['refused', 'hanging', 'unavailable', 'wrong', 'brown-out']

/** One outage in three flaps. What lasts no longer than five intervals of the probes may pass unseen, so none does. */
export function drawOutage(seed: number): ScriptedOutage {
  const draw = createRandom(seed)
  const between = (low: number, high: number) => low + draw() * (high - low)
  const manner = manners[seed % manners.length] ?? 'refused'
  if (manner === 'brown-out')
    return { manner, spells: [{ lastsMs: between(150, 400), thenMs: 0 }], share: between(0.3, 0.7), seed }
  const count = draw() < 1 / 3 ? 2 + Math.floor(draw() * 3) : 1
  const spells = Array.from({ length: count }, () => ({ lastsMs: between(60, 400), thenMs: between(60, 300) }))
  return { manner, spells, share: 1, seed }
}
