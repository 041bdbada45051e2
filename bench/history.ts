import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { findPoint } from '../lib/verdict/consistency.ts'
import { checkHistory, slotKinds } from '../lib/verdict/history/check.ts'
import { pickExamples } from '../lib/verdict/history/examples.ts'
import { findExcess, findMistakes, answer } from '../tests/unit/verdict/history/referee.ts'
import { buildBadTrial, buildCleanTrial, harms, type Trial } from '../tests/unit/verdict/history/trials.ts'
import { allocateHistory, fillHistory, largeRestoreMs, type LargeCase } from './history-large.ts'
import { type Findings, isStarted, print, startTable, type Table } from './table.ts'

/** False passes, false alarms, speed and memory of the history checker: `npx tsx bench/history.ts`. */
const operations = 10_000_000

/** The reported memory is that of the whole process, including earlier measurements in it. */
export function measureHistory(trials = 10_000): Findings {
  const table = startTable()
  // The large histories come first, so that garbage of the small ones does not count for them.
  tellLarge(table)
  const clean = judgeTrials(trials, buildCleanTrial)
  tellTrials(table, `${trials} clean histories`, 'accused', clean)
  const bad = judgeTrials(trials, (seed) => buildBadTrial(seed, harms[seed % harms.length] ?? 'lost'))
  tellTrials(table, `${trials} bad histories, ${harms.length} harms`, 'missed', bad)
  return table
}

function tellLarge({ tell }: Table): void {
  const startMiB = memory()
  const cases: LargeCase[] = ['of one moment', 'file by file', 'a tenth of the slots bad']
  const history = allocateHistory(operations)
  for (const large of cases) {
    collectGarbage()
    const [, buildMs] = time(() => {
      fillHistory(history, large)
    })
    const [found, tookMs, cpuMs] = time(() => {
      const options = { restoreMs: largeRestoreMs }
      const check = checkHistory(history, options)
      const examples = pickExamples(history, check, options)
      return { check, examples, consistency: findPoint(history, check, options) }
    })
    const bad = slotKinds.map((kind) => `${found.check.bad[kind].length} ${kind}`).join(', ')
    const of = `${operations / 1e6} million writes, ${large}`
    tell(of, `${seconds(tookMs)} (processor ${seconds(cpuMs)})`, 'under 10 s', tookMs < 10_000)
    tell('  made in (not counted)', seconds(buildMs))
    tell('  found', `${found.check.lost} writes lost; slots: ${bad}`)
    tell('  one moment', found.consistency.consistent ? 'yes' : `no, by ${seconds(found.consistency.witness.gapMs)}`)
  }
  const peakMiB = memory()
  tell(
    'highest memory of the process',
    `${peakMiB.toFixed(0)} MiB, ${startMiB.toFixed(0)} of it before`,
    'under 512 MiB',
    peakMiB < 512,
  )
}

interface Judged {
  wrong: string[]
  checkMs: number
}

function tellTrials({ tell, details }: Table, what: string, mistake: string, { wrong, checkMs }: Judged): void {
  tell(what, `${wrong.length} ${mistake}, in ${seconds(checkMs)}`, 'none', wrong.length === 0)
  details.push(...wrong)
}

/** Garbage of one case must not count for the next. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
}

/** Wall-clock time and CPU time of `work`. On a busy machine only the CPU time is comparable. */
function time<Value>(work: () => Value): [value: Value, tookMs: number, cpuMs: number] {
  const [began, used] = [performance.now(), process.cpuUsage()]
  const value = work()
  const { user, system } = process.cpuUsage(used)
  return [value, performance.now() - began, (user + system) / 1000]
}

const seconds = (durationMs: number): string => `${(durationMs / 1000).toFixed(2)} s`
const memory = (): number => process.resourceUsage().maxRSS / 1024

/** Judges one history after the other, so that only one is in memory. */
function judgeTrials(trials: number, build: (seed: number) => Trial): Judged {
  const wrong: string[] = []
  let checkMs = 0
  for (let seed = 0; seed < trials; seed++) {
    const trial = build(seed)
    const [given, tookMs] = time(() => answer(trial))
    checkMs += tookMs
    const excess = given.examples.flatMap((example) => findExcess(trial, example))
    wrong.push(...[...findMistakes(trial, given), ...excess].map((mistake) => `seed ${seed}: ${mistake}`))
  }
  return { wrong, checkMs }
}

if (isStarted(import.meta.url)) print(measureHistory())
