import { z } from 'zod'
import { FACTS } from '../record/facts.ts'

/** The published JSON Schemas, by the name of their file in `docs/schemas/`. */
export const publishedSchemas = (): Record<string, object> => ({
  'events.schema.json': {
    $id: 'meshdrill/events@1',
    title: 'A fact of a run: one line of events.jsonl',
    ...z.toJSONSchema(z.union(Object.values(FACTS)), { target: 'draft-7', io: 'input' }),
  },
})
