import { z } from 'zod'
import { EVENTS_SCHEMA, FACTS } from '../record/facts.ts'
import { SUMMARY_SCHEMA, summary } from '../verdict/schema/summary.ts'
import { CODES } from '../verdict/codes.ts'

/** The page of all codes in `docs/verdict-codes.md`. */
export const renderCodes = (): string => `# Codes of a verdict

After this page you can look up each code in \`parts\` of \`summary.json\`, and write a check that reads codes instead of sentences. A code keeps its meaning. Its
first half is the question. \`npm run schemas\` generates this page.

| Code | Verdict | Meaning |
| ---- | ------- | ------- |
${Object.entries(CODES)
  .map(([code, { verdict, meaning }]) => `| \`${code}\` | ${verdict} | ${meaning} |`)
  .join('\n')}
`

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
