import type { FaultName } from '../../../lib/faults/index.ts'
import { madeUp } from './made-up-fault.ts'
import { MADE_UP, print, seeDocs, seeRows, type SeenDocs, type SeenRow } from './program.ts'
import { seeResults, type SeenResults } from './results.ts'

/** What a copy of meshdrill with a made-up fault says of it. */
export interface SeenFault {
  rows: SeenRow[]
  results: SeenResults
  docs: SeenDocs
}

const name = MADE_UP as FaultName
print({
  rows: seeRows(({ fault }) => fault === name),
  results: await seeResults({ fault: () => madeUp(name) }),
  docs: await seeDocs(),
} satisfies SeenFault)
