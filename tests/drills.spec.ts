import { declareDrills } from '../fixtures/index.ts'
import { families } from './drills/families.ts'

// One file declares every drill, as all repetitions of one family must not run before the first of the next.
declareDrills(families)
