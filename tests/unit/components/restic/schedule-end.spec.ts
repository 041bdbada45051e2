import { expect, test } from '@playwright/test'
import { cronTimesFrom } from '../../../../lib/components/restic/cron-jobs.ts'

const DAY_MS = 24 * 60 * 60_000
const OFFSETS_MS: Record<string, number> = { 'Etc/UTC': 0, 'Etc/GMT+6': -6 * 60 * 60_000 }

/** Returns a function that is true for times at which a CronJob with these times creates a Job. */
function readTimes({ schedule: schedule, timeZone = '' }: ReturnType<typeof cronTimesFrom>): (ms: number) => boolean {
  const [minute, hours = '', day, month, weekday] = schedule.split(' ')
  expect([minute, weekday]).toEqual(['*', '*'])
  const offsetMs = OFFSETS_MS[timeZone]
  if (offsetMs === undefined) throw new Error(`time zone "${timeZone}" is unknown to this test`)
  const [listed, onDay, inMonth] = [hours.split(',').map(Number), Number(day), Number(month)]
  return (ms) => {
    const local = new Date(ms + offsetMs)
    return listed.includes(local.getUTCHours()) && local.getUTCDate() === onDay && local.getUTCMonth() + 1 === inMonth
  }
}

const starts = [
  '2026-11-29T13:20:00Z',
  '2026-11-30T23:50:00Z',
  '2026-12-31T23:59:59Z',
  '2027-01-01T00:00:00Z',
  '2028-02-29T20:45:00Z',
]
const everyHour = Array.from({ length: 24 }, (_, hour) => new Date(Date.UTC(2026, 10, 30, hour, 40)).toISOString())

test('the schedule of restic starts a backup every minute while a drill needs it, also around midnight', () => {
  for (const start of [...starts, ...everyHour]) {
    const startMs = Date.parse(start)
    const isDue = readTimes(cronTimesFrom(startMs))
    const missed = Array.from({ length: 36 }, (_, index) => index - 5).filter(
      (minute) => !isDue(startMs + minute * 60_000),
    )
    expect([start, missed]).toEqual([start, []])
  }
})

test('the schedule of restic ends within two hours, and starts no backup in the next 300 days', () => {
  for (const start of [...starts, ...everyHour]) {
    const startMs = Date.parse(start)
    const isDue = readTimes(cronTimesFrom(startMs))
    for (let ms = startMs + DAY_MS / 12; ms < startMs + 300 * DAY_MS; ms += DAY_MS / 24)
      if (isDue(ms)) throw new Error(`a schedule of ${start} starts a backup at ${new Date(ms).toISOString()}`)
  }
})
