import { faults, matrix, strategies, type FaultName, type StrategyName } from './matrix.ts'

/** The matrix as a Markdown table, with why a row is not drilled: `npm run matrix`. */
const signs = { slice: '**●**', drilled: '●', lost: '○', illegal: '' }
const names = Object.keys(strategies) as StrategyName[]
const line = (cells: string[]): string => `| ${cells.join(' | ')} |`

console.log(line(['fault', ...names.map((name) => name.replace('/', '<br>'))]))
console.log(line(['---', ...names.map(() => ':-:')]))
for (const fault of Object.keys(faults) as FaultName[]) {
  const cells = matrix
    .filter((row) => row.fault === fault)
    .map((row) => {
      if (row.illegal !== null) return signs.illegal
      if (row.notRecoverable !== null) return row.inSlice ? `**${signs.lost}**` : signs.lost
      return row.inSlice ? signs.slice : signs.drilled
    })
  console.log(line([fault, ...cells]))
}
const reasons = new Map<string, number>()
for (const { illegal } of matrix) if (illegal !== null) reasons.set(illegal, (reasons.get(illegal) ?? 0) + 1)
console.log(`\n● drilled, ○ drilled and expected to be lost, bold: in the default run. Not drilled:\n`)
for (const [reason, count] of reasons) console.log(`- ${count} rows: ${reason}`)
