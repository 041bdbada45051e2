import { advise, type Advice, nameStep, STEPS_MS, type Trial } from '../adviser.ts'
import { unpackWhenNear } from './unpack.ts'

/* The page's script. Everything but the packed drills of a large run can be read without it. What it writes itself is text only. */

interface Data {
  trials: Trial[]
  looks: Record<Advice['answer'], [sign: string, look: string]>
}

const find = (id: string): HTMLElement | null => document.getElementById(id)
const findField = (id: string): HTMLInputElement | HTMLSelectElement | null =>
  document.querySelector<HTMLInputElement | HTMLSelectElement>(`#${id}`)

const filters = [...document.querySelectorAll<HTMLSelectElement>('select[data-filter]')]
/** Null for all. */
function filterOf(name: string): string | null {
  const value = filters.find((select) => select.dataset.filter === name)?.value ?? ''
  return value === '' ? null : value
}

/** Shows the rows of the matrix that the filters allow. */
function filterMatrix(): void {
  for (const row of document.querySelectorAll<HTMLElement>('#matrix-table tbody tr'))
    row.hidden = !filters.every(({ dataset, value }) => value === '' || row.dataset[dataset.filter ?? ''] === value)
}

/** Answers the objectives anew. */
function answer({ trials, looks }: Data): void {
  const boxes = [...document.querySelectorAll<HTMLInputElement>('#faults input')]
  const faults = boxes.filter(({ checked }) => checked).map(({ value }) => value)
  const advice = advise(trials, {
    rtoMs: readStep('rto'),
    rpoMs: readStep('rpo'),
    faults: faults.length === boxes.length ? null : faults,
    moment: filterOf('moment'),
    mesh: filterOf('mesh'),
    workload: filterOf('workload'),
  })
  find('advice')?.replaceChildren(...advice.map((each) => toRow(each, looks)))
  const all = faults.length === boxes.length ? 'Any of' : `${faults.length} of`
  setText('faults-chosen', `${all} ${boxes.length} ${boxes.length === 1 ? 'fault' : 'faults'}`)
  const meeting = advice.filter((each) => each.answer === 'meets').length
  const missing = advice.filter((each) => each.answer === 'misses').length
  setText('advice-status', `${meeting} of ${advice.length} strategies meet these objectives, ${missing} miss them.`)
}

function readStep(id: 'rto' | 'rpo'): number | null {
  const slider = findField(id)
  const step = STEPS_MS[Number(slider?.value)] ?? null
  slider?.setAttribute('aria-valuetext', nameStep(step))
  setText(`${id}-value`, nameStep(step))
  return step
}

function toRow({ strategy, answer: kind, margin, rto, rpo, certainty }: Advice, looks: Data['looks']): HTMLElement {
  const row = document.createElement('tr')
  const head = document.createElement('th')
  head.scope = 'row'
  head.append(make('bdi', strategy))
  const [words, look] = looks[kind]
  const verdict = make('span', words)
  verdict.className = `verdict ${look}`
  const cell = document.createElement('td')
  cell.append(verdict)
  const figures = [rto, rpo].map((text) => make('td', text))
  for (const figure of figures) figure.className = 'figure'
  row.append(head, cell, make('td', margin), ...figures, make('td', certainty))
  return row
}

function make(name: string, text: string): HTMLElement {
  const element = document.createElement(name)
  element.textContent = text
  return element
}

function setText(id: string, text: string): void {
  const element = find(id)
  if (element !== null) element.textContent = text
}

/** Shows one of the pictures of recovery time against resources. */
function choosePlane(value: string): void {
  for (const plane of document.querySelectorAll<HTMLElement>('[data-plane]'))
    plane.classList.toggle('chosen', plane.dataset.plane === value)
}

const trials = find('trials')?.textContent ?? null
const data = trials === null ? null : (JSON.parse(trials) as Data)
const update = () => {
  filterMatrix()
  if (data !== null) answer(data)
}
for (const id of ['rto', 'rpo', 'faults']) if (data !== null) find(id)?.addEventListener('input', update)
for (const select of filters) select.addEventListener('change', update)
const plane = findField('plane')
plane?.addEventListener('change', () => {
  choosePlane(plane.value)
})
// Browsers keep what a reader chose when the page is loaded again.
update()
if (plane !== null) choosePlane(plane.value)
document.documentElement.classList.add('ready')
// The script stands before the drills.
document.addEventListener('DOMContentLoaded', unpackWhenNear)
// On paper nobody can open what is folded.
addEventListener('beforeprint', () => {
  for (const folded of document.querySelectorAll<HTMLDetailsElement>('#drills details:not([open])')) {
    folded.open = true
    addEventListener('afterprint', () => (folded.open = false), { once: true })
  }
})
