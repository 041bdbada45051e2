import { printable } from '../../output/shorten.ts'
import { formatDate } from '../../verdict/interval.ts'
import { type Course, findCourses } from '../../verdict/runs/change-points.ts'
import { RUN_FIGURES } from '../../verdict/runs/compare.ts'
import { alignColumns } from '../terminal.ts'
import { type JudgedRun, tellDifferences } from './read.ts'
import { describeGrowth, describeSide, nameRow } from './words.ts'

/** More runs than these are not columns. The newest are. */
const SHOWN = 5

/** The runs, how each figure of each row went over them, and the changes that are shown. */
export function renderHistory(runs: readonly JudgedRun[]): string {
  const names = runs.map((_, index) => `#${index + 1}`)
  const list = runs.map(({ folder, summary: { run, drills } }, index) => [
    names[index] ?? '',
    folder,
    formatDate(run.startedAt),
    `${drills.length} drills`,
    `${drills.filter(({ verdict }) => verdict === 'pass').length} passed`,
  ])
  const courses = findCourses(
    runs.map(({ summary }) => summary.drills),
    nameRow,
    RUN_FIGURES,
  )
  const from = Math.max(0, runs.length - SHOWN)
  const rows = courses.map((course) => [
    course.row,
    course.figure.label,
    ...course.sides.slice(from).map((side) => (side.n === 0 ? '–' : describeSide(side, course.figure))),
    describeChange(course, names),
  ])
  const worse = courses.filter(({ change }) => change?.worse === true)
  const lines = [
    ...alignColumns(list),
    '',
    ...alignColumns([['row', 'figure', ...names.slice(from), 'change'], ...rows]),
    '',
    `${worse.length} of ${courses.length} figures are shown to have become worse; ~ where nothing is shown`,
    ...worse.map(
      (course) => `WORSE: ${course.row}: ${course.figure.label} ${describeChange(course, names)} (${course.reason})`,
    ),
    ...tellDifferences(runs).map((told) => `beware: ${told}`),
  ]
  return lines.map(printable).join('\n')
}

function describeChange({ change, figure }: Course, names: string[]): string {
  if (change === null) return '~'
  const { at, worse, before, after, growth } = change
  const sides = `from ${describeSide(before, figure)} to ${describeSide(after, figure)}`
  const by = growth === null ? '' : `, ${describeGrowth(growth)}`
  return `${worse ? 'WORSE' : 'better'} since ${names[at] ?? ''}: ${sides}${by}`
}
