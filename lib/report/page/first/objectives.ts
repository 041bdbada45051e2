import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillResult } from '../../../verdict/result.ts'
import { advise, type Advice, nameStep, STEPS_MS } from '../adviser.ts'
import { renderData } from '../data.ts'
import { gatherTrials } from '../trials.ts'

/** The sign of each answer, for readers who do not see its colour. */
const looks: Record<Advice['answer'], [sign: string, look: string]> = {
  meets: ['✓ meets', 'pass'],
  'so far': ['✓ so far', 'part'],
  unknown: ['? unknown', 'inconclusive'],
  misses: ['✗ misses', 'fail'],
}

/** Which strategies meet objectives that the reader chooses; null if no drill says anything about that. */
export function renderObjectives(drills: DrillResult[]): SafeHtml | null {
  const trials = gatherTrials(drills)
  if (!trials.some((trial) => trial.drills.length > 0)) return null
  const [rto, rpo] = [findStep(drills, 'rtoMs'), findStep(drills, 'rpoMs')]
  const all = { faults: null, moment: null, mesh: null, workload: null }
  const choice = { rtoMs: STEPS_MS[rto] ?? null, rpoMs: STEPS_MS[rpo] ?? null, ...all }
  const faults = [...new Set(trials.map(({ fault }) => fault))].toSorted()
  return html`<section class="objectives" aria-labelledby="objectives">
    <h2 id="objectives">Your objectives</h2>
    <div class="sliders">
      ${renderSlider('rto', 'Back within (RTO)', rto)} ${renderSlider('rpo', 'Lose at most (RPO)', rpo)}
      <details class="faults" id="faults">
        <summary>
          <span id="faults-chosen">Any of ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}</span>
        </summary>
        <fieldset>
          <legend>The faults that must be survived</legend>
          ${faults.map(
            (fault) =>
              html`<label><input type="checkbox" name="fault" value="${fault}" checked /> <bdi>${fault}</bdi></label> `,
          )}
        </fieldset>
      </details>
    </div>
    <div class="scroll" tabindex="0" role="region" aria-labelledby="objectives">
      <table class="advice">
        <thead>
          <tr>
            <th scope="col">Strategy</th>
            <th scope="col">Meets them?</th>
            <th scope="col">By how much</th>
            <th scope="col">RTO seen</th>
            <th scope="col">RPO seen</th>
            <th scope="col">How sure</th>
          </tr>
        </thead>
        <tbody id="advice">
          ${advise(trials, choice).map(renderAdvice)}
        </tbody>
      </table>
    </div>
    <p class="status" role="status" id="advice-status"></p>
    ${renderData('trials', { trials, looks })}
  </section>`
}

const renderAdvice = ({ strategy, answer, margin, rto, rpo, certainty }: Advice): SafeHtml => {
  const [words, look] = looks[answer]
  return html`<tr>
    <th scope="row"><bdi>${strategy}</bdi></th>
    <td><span class="verdict ${look}">${words}</span></td>
    <td>${margin}</td>
    <td class="figure">${rto}</td>
    <td class="figure">${rpo}</td>
    <td>${certainty}</td>
  </tr> `
}

const renderSlider = (id: 'rto' | 'rpo', label: string, position: number): SafeHtml => {
  const words = nameStep(STEPS_MS[position] ?? null)
  return html`<div class="slider">
    <label for="${id}">${label} <output id="${id}-value" for="${id}">${words}</output></label>
    <input
      type="range"
      id="${id}"
      min="0"
      max="${STEPS_MS.length - 1}"
      step="1"
      value="${position}"
      aria-valuetext="${words}"
    />
  </div>`
}

/** The first position that is no stricter than the objectives that the drills had. */
function findStep(drills: DrillResult[], name: 'rtoMs' | 'rpoMs'): number {
  const limits = drills.flatMap(({ objectives }) => (objectives === null ? [] : [objectives[name]]))
  const limit = limits.length === 0 ? 60_000 : Math.max(...limits)
  return STEPS_MS.findIndex((step) => step === null || step >= limit)
}
