import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { strategies } from '../components/tools.ts'
import { FAULTS } from '../faults/index.ts'
import { isUsual } from './axes.ts'
import { WHEN } from './title.ts'
import { matrix, momentsOf, type Row } from './matrix.ts'

const signs = { slice: '**●**', drilled: '●', lost: '○', lostInSlice: '**○**', illegal: '' }

const MARKS = { begin: '<!-- matrix -->', end: '<!-- /matrix -->' }

/** A page of Markdown with the matrix as it is now between its two marks. Errors: the marks are not there. */
export async function replaceMatrix(page: string): Promise<string> {
  const begin = page.indexOf(MARKS.begin)
  const end = page.indexOf(MARKS.end)
  if (begin === -1 || end < begin) throw new Error(`the page has no "${MARKS.begin}" with "${MARKS.end}" after it`)
  const replaced = `${page.slice(0, begin)}${MARKS.begin}\n\n${renderMatrix()}\n\n${page.slice(end)}`
  const style = await resolveConfig(fileURLToPath(import.meta.url))
  return format(replaced, { ...style, parser: 'markdown' })
}

/** The matrix as a Markdown table, and how many rows are not drilled for which reason. */
function renderMatrix(): string {
  const names = Object.keys(strategies)
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`
  const usual = matrix.filter(isUsual)
  const rows = FAULTS.flatMap((fault) =>
    momentsOf(fault).map((moment) => {
      const cells = usual.filter((row) => row.fault === fault && row.moment === moment).map(signOf)
      return line([`${fault}${WHEN[moment]}`, ...cells])
    }),
  )
  const reasons = new Map<string, number>()
  for (const { illegal } of usual) if (illegal !== null) reasons.set(illegal, (reasons.get(illegal) ?? 0) + 1)
  return [
    line(['fault', ...names.map((name) => name.replace('/', '<br>'))]),
    line(['---', ...names.map(() => ':-:')]),
    ...rows,
    '',
    '● is drilled, ○ is drilled and expected to be lost (a finding about the strategy, which fails when it stops being true), bold is ' +
      'in the default run. An empty field is a row that would prove nothing or cannot be:',
    '',
    ...[...reasons].map(([reason, count]) => `- ${count} rows: ${reason}`),
  ].join('\n')
}

function signOf({ illegal, notRecoverable, inSlice }: Row): string {
  if (illegal !== null) return signs.illegal
  if (notRecoverable !== null) return inSlice ? signs.lostInSlice : signs.lost
  return inSlice ? signs.slice : signs.drilled
}
