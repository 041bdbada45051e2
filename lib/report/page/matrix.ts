import { html, type SafeHtml } from '@remix-run/html-template'
import { type DrillResult, isControl } from '../../verdict/result.ts'
import { describeAxes, faultAxis, meshAxis, momentAxis, splitAxes, strategyAxis, workloadAxis } from '../axes.ts'
import type { Column } from '../column.ts'
import { capitalise } from '../words.ts'
import { type Content, renderTable, linkTo, marks } from './table.ts'
/** Axes that differ within the run make the rows, or a table each. */
const ROWS = [faultAxis, momentAxis]
const TABLES = [meshAxis, workloadAxis]

/** What became of the service, as faults × strategies; null if there is only one strategy. */
export function renderMatrix(drills: DrillResult[]): SafeHtml | null {
  const real = drills.filter((drill) => !isControl(drill))
  const strategies = distinct(real.map(strategyAxis.text))
  if (strategies.length < 2) return null
  const { differing } = splitAxes(real)
  const groups = groupBy(
    real,
    TABLES.filter((axis) => differing.includes(axis)),
  )
  const tables = groups.map(({ name, members }) => {
    const table = renderGroup(members, strategies, drills)
    return name === ''
      ? table
      : html`<h3>${capitalise(name)}</h3>
          ${table}`
  })
  return html`<h2>What became of the service</h2>
    <p>
      ✓ as its objectives say, ✗ not, ? not seen well enough, – skipped; an empty field was not drilled in this run.
    </p>
    ${tables}`
}

function renderGroup(members: DrillResult[], strategies: string[], drills: DrillResult[]): SafeHtml {
  const { differing } = splitAxes(members)
  const axes = ROWS.filter((axis) => axis === faultAxis || differing.includes(axis))
  const rows = groupBy(members, axes).map(({ members: row }) => [
    ...axes.map(({ text }) => row.slice(0, 1).map(text)[0] ?? ''),
    ...strategies.map((strategy) =>
      renderOutcomes(
        row.filter((drill) => strategyAxis.text(drill) === strategy),
        drills,
      ),
    ),
  ])
  return renderTable([...axes.map(({ title }) => capitalise(title)), ...strategies], rows)
}

/** Repetitions with the same outcome are one link, to the first of them. */
function renderOutcomes(repetitions: DrillResult[], drills: DrillResult[]): Content {
  const links = distinct(repetitions.map(nameOutcome)).map((outcome) => {
    const alike = repetitions.filter((drill) => nameOutcome(drill) === outcome)
    const times = alike.length === 1 ? '' : ` × ${alike.length}`
    return alike.slice(0, 1).map((first) => linkTo(first, drills, outcome + times))
  })
  return html`${links.map((link, index) => [index === 0 ? null : html`<br />`, ...link])}`
}

const nameOutcome = ({ evidence, verdict }: DrillResult): string => `${marks[verdict]} ${evidence.outcome ?? verdict}`

const distinct = (names: string[]): string[] => [...new Set(names)]

/** The drills by some axes, in the order in which the first of each group was drilled. */
function groupBy(drills: DrillResult[], axes: readonly Column[]): { name: string; members: DrillResult[] }[] {
  const names = distinct(drills.map((drill) => describeAxes(drill, axes)))
  return names.map((name) => ({ name, members: drills.filter((drill) => describeAxes(drill, axes) === name) }))
}
