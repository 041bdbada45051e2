import { CODES } from '../verdict/codes.ts'

/** The page of all codes in `docs/verdict-codes.md`. */
export const renderCodes = (): string => `# Codes of a verdict

After this page you can look up each code in \`parts\` of \`summary.json\`, and write a check that reads codes instead of sentences. A code keeps its meaning. Its
first half is the question. \`npm run schemas\` generates this page.

| Code | Verdict | Meaning |
| ---- | ------- | ------- |
${Object.entries(CODES)
  .map(([code, { verdict, says }]) => `| \`${code}\` | ${verdict} | ${says} |`)
  .join('\n')}
`
