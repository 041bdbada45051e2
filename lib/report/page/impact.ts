import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillResult } from '../../verdict/result.ts'
import { nameStrategy } from '../../verdict/result.ts'
import { comparePairs, groupRows, isCounted, MESH_FIGURES } from '../../verdict/runs/compare.ts'
import { workloadAxis } from '../axes.ts'
import { nameFault } from './trials.ts'
import { renderChanges } from './changes.ts'

/** The mesh of drills without one. */
const WITHOUT = 'none'

const nameRow = (drill: DrillResult): string =>
  `${nameStrategy(drill)} × ${nameFault(drill)}, ${workloadAxis.text(drill)}`

/** What each mesh costs against none, on the rows that were drilled with both; the reason where a run cannot show it. */
export function renderImpact(drills: readonly DrillResult[]): SafeHtml {
  const counted = drills.filter(isCounted)
  const meshes = [...new Set(counted.flatMap(({ mesh }) => (mesh === null ? [] : [mesh])))].toSorted()
  return html`<section class="impact" aria-labelledby="impact">
    <h2 id="impact">Impact of the mesh</h2>
    ${
      meshes.length < 2 || !meshes.includes(WITHOUT)
        ? html`<p>${explainGap(meshes)}</p>`
        : meshes.filter((mesh) => mesh !== WITHOUT).map((mesh) => renderMesh(mesh, counted))
    }
  </section>`
}

function explainGap(meshes: string[]): SafeHtml {
  const which =
    meshes.length === 0
      ? 'No drill that counts names its mesh'
      : `All drills that count ran with mesh ${meshes.join(' or ')}`
  return html`Not known: ${which}, and the impact is a difference to none. Next:
    <code>MESHDRILL_MESH=${meshes.includes(WITHOUT) ? '<mesh>' : WITHOUT} npx playwright test</code>, and
    <code>npx meshdrill merge</code> of both runs.`
}

function renderMesh(mesh: string, drills: DrillResult[]): SafeHtml {
  const of = (name: string) =>
    groupRows(
      drills.filter((drill) => drill.mesh === name),
      nameRow,
    )
  const [without, behind] = [of(WITHOUT), of(mesh)]
  const pairs = [...without].flatMap(([row, before]) => {
    const after = behind.get(row)
    return after === undefined ? [] : [{ row, before, after }]
  })
  const changes = comparePairs(pairs, MESH_FIGURES)
  if (changes.length === 0)
    return html`<h3><bdi>${mesh}</bdi></h3>
      <p>Not known: no row was drilled both with mesh <bdi>${mesh}</bdi> and without one.</p>`
  return html`<h3><bdi>${mesh}</bdi> against none</h3>
    ${renderChanges(changes, { heads: ['Row', 'None', mesh], label: `impact of ${mesh}` })}`
}
