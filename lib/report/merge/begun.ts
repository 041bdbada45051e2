import type { Fact, RunDescription } from '../../record/facts.ts'
import type { TornLine } from '../../record/read.ts'

/** A run that is to be merged, as its facts tell of it. */
export interface Begun {
  folder: string
  run: RunDescription
  at: number
  /** Null where it did not come to its end. */
  endedAt: number | null
  components: Extract<Fact, { kind: 'run.component' }>[]
  /** All but the beginning, the end and the components. */
  facts: Fact[]
  drills: string[]
  torn: TornLine[]
}
