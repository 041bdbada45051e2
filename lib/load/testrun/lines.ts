import { earliest, latest, type ClockAhead } from '../../kube/pod-clock.ts'

/** What one pod of the load has written so far, and its clock. */
export interface RunnerLog {
  text: string
  clock: ClockAhead
}

/**
 * The lines of script.ts out of the logs of several pods, as one pod would have written them: by this machine's clock, in the
 * order of time. What is not known of a clock is told such that nothing seems to come sooner than it can have: what was sent,
 * at its earliest, and what was answered, at its latest. k6's own complaints, which stand between, are left out; a log that
 * ends within a line gives a text that does.
 */
export function mergeLines(logs: readonly RunnerLog[]): string {
  const merged = logs.flatMap(({ text, clock }) => {
    const whole = text.split('\n').slice(0, -1)
    return whole.filter(isOutcome).map((line) => toOwnClock(line, clock))
  })
  const torn = logs.some(({ text }) => isOutcome(text.slice(text.lastIndexOf('\n') + 1)))
  const sorted = merged.toSorted((one, other) => one.atMs - other.atMs).map(({ line }) => `${line}\n`)
  return sorted.join('') + (torn ? '[' : '')
}

const isOutcome = (line: string): boolean => line.startsWith('["')

/** Where in a line the time is: the fifth field of what was sent, and the fourth of what became of it. */
function toOwnClock(line: string, clock: ClockAhead): { line: string; atMs: number } {
  const fields = JSON.parse(line) as unknown[]
  const [place, correct] = fields[0] === 'sent' ? [4, earliest] : [3, latest]
  const atMs = correct(Number(fields[place]), clock)
  return { line: JSON.stringify(fields.with(place, atMs)), atMs }
}
