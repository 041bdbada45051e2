import { z } from 'zod'
import { EVENTS_SCHEMA, FACTS } from '../record/facts.ts'
import { SUMMARY_SCHEMA, summary } from '../verdict/schema/summary.ts'

/** The published JSON Schemas, by the name of their file in `docs/schemas/`. */
export const publishedSchemas = (): Record<string, object> => ({
  'events.schema.json': {
    $id: EVENTS_SCHEMA,
    title: 'A fact of a run: one line of events.jsonl',
    ...z.toJSONSchema(z.union(Object.values(FACTS)), { target: 'draft-7', io: 'input' }),
  },
  'summary.schema.json': {
    $id: SUMMARY_SCHEMA,
    title: 'summary.json of a run',
    ...z.toJSONSchema(summary, { target: 'draft-7', io: 'input' }),
  },
})
