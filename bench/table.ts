import { fileURLToPath } from 'node:url'
import { alignColumns } from '../lib/report/terminal.ts'

/** One figure of a benchmark. `reached` is null if the figure has no goal. */
export interface Row {
  what: string
  figure: string
  goal: string
  reached: boolean | null
}

/** Figures of a benchmark, and details about those that missed their goal. */
export interface Findings {
  rows: Row[]
  details: string[]
}

export interface Table extends Findings {
  tell: (what: string, figure: string, goal?: string, reached?: boolean | null) => void
}

export function startTable(): Table {
  const rows: Row[] = []
  return {
    rows,
    details: [],
    tell: (what, figure, goal = '', reached = null) => {
      rows.push({ what, figure, goal, reached })
    },
  }
}

/** Prints the figures. A missed goal sets exit code 1. */
export function print({ rows, details }: Findings): void {
  const cells = rows.map(({ what, figure, goal, reached }) => [
    what,
    figure,
    goal,
    reached === null ? '' : reached ? 'yes' : 'NO',
  ])
  console.log([...alignColumns([['what', 'figure', 'goal', 'reached'], ...cells]), ...details.slice(0, 10)].join('\n'))
  if (rows.some(({ reached }) => reached === false)) process.exitCode = 1
}

/** True if this file was started as a program, and not imported. */
export const isStarted = (url: string): boolean => process.argv[1] === fileURLToPath(url)

/** Median. For an even number of values, the higher of the two in the middle. */
export const medianOf = (values: number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN
