import { nameStrategy, type Verdict } from '../../../verdict/result.ts'
import type { Summary } from '../../../verdict/summarise.ts'
import { findAlarms, splitControls } from '../../controls.ts'

/** The whole run in one sentence: how many drills passed, and whether the ranking shows an order. */
export function describeRun({ drills, ranking }: Pick<Summary, 'drills' | 'ranking'>): string {
  const { real, controls } = splitControls(drills)
  const failed = controls.filter(({ seen }) => seen === 'failed').length
  if (real.length === 0 && controls.length > 0) return `Controls: ${failed} of ${controls.length} failed as they must.`
  if (real.length === 0) return 'Nothing was drilled.'
  const order = findAlarms(drills).length > 0 ? 'no pass of this run can be relied on' : describeOrder(ranking)
  const verdicts = describeVerdicts(real.map(({ verdict }) => verdict))
  return order === null ? `${verdicts}.` : `${verdicts}; ${order}.`
}

/** Who leads, or that nobody is shown to. Null if fewer than two strategies were drilled. */
function describeOrder(ranking: Summary['ranking']): string | null {
  const [first] = ranking
  if (first === undefined || ranking.length < 2) return null
  if (first.noOrder !== null) return 'no tool is shown to be better than the others'
  const leaders = ranking.filter(({ place }) => place === 1).map(nameStrategy)
  const names = new Intl.ListFormat('en').format(leaders.slice(0, 3))
  const more = leaders.length > 3 ? ` and ${leaders.length - 3} more` : ''
  return leaders.length === 1 ? `${names} ranks first of ${ranking.length}` : `${names}${more} share the first place`
}

/** '8 of 9 backup drills passed, 1 failed' */
function describeVerdicts(verdicts: Verdict[]): string {
  const count = (wanted: Verdict) => verdicts.filter((verdict) => verdict === wanted).length
  const others = [
    [count('fail'), 'failed'],
    [count('inconclusive'), 'inconclusive'],
    [count('skipped'), 'skipped'],
  ].flatMap(([many, words]) => (many === 0 ? [] : [`, ${many} ${words}`]))
  return `${count('pass')} of ${verdicts.length} backup ${verdicts.length === 1 ? 'drill' : 'drills'} passed${others.join('')}`
}
