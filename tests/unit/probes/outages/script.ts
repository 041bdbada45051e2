import { createRandom } from '../../../../lib/verdict/statistics/random.ts'

/** Kind of an outage. A brown-out affects a share of the requests, each other kind affects all. */
export type Manner = 'refused' | 'hanging' | 'unavailable' | 'wrong' | 'brown-out'

/** An outage for a stub to play: number and duration of its gaps, and the time between them, in milliseconds. */
export interface ScriptedOutage {
  manner: Manner
  spells: { lastsMs: number; thenMs: number }[]
  /** Share of requests that fail during the outage. */
  share: number
  /** Seed of the random choice for each request. */
  seed: number
}

/** Outage that a stub played, in milliseconds since the epoch by the stub's monotonic clock. */
export interface PlayedOutage {
  /** The outage began between these two times. */
  began: [number, number]
  /** Time from which every request was answered right. */
  endedMs: number
  /** True if clients saw the outage. A stub that stalled has no visible outage. */
  affected: boolean
}

const manners: Manner[] = ['refused', 'hanging', 'unavailable', 'wrong', 'brown-out']

/** One outage in three flaps. Probes may miss gaps of up to five intervals, so all gaps are longer. */
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
