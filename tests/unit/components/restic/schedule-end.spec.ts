import { expect, test } from '@playwright/test'
import { minutesFrom } from '../../../../lib/components/restic/cron-jobs.ts'

const DAY_MS = 24 * 60 * 60_000
const OFFSETS_MS: Record<string, number> = { 'Etc/UTC': 0, 'Etc/GMT+6': -6 * 60 * 60_000 }

/** When a CronJob of these times makes a Job: tells for each time whether its minute is one. */
function readTimes({ schedule, timeZone = '' }: ReturnType<typeof minutesFrom>): (ms: number) => boolean {
  const [minute, hours = '', day, month, weekday] = schedule.split(' ')
  expect([minute, weekday]).toEqual(['*', '*'])
  const offsetMs = OFFSETS_MS[timeZone]
  if (offsetMs === undefined) throw new Error(`time zone "${timeZone}" is not known`)
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

test('the schedule of restic makes a backup every minute for as long as a drill needs it, also about midnight', () => {
  for (const start of [...starts, ...everyHour]) {
    const startMs = Date.parse(start)
    const isDue = readTimes(minutesFrom(startMs))
    const missed = Array.from({ length: 36 }, (_, index) => index - 5).filter(
      (minute) => !isDue(startMs + minute * 60_000),
    )
    expect([start, missed]).toEqual([start, []])
  }
})

test('the schedule of restic stops by itself within two hours, for the 300 days that follow', () => {
  for (const start of [...starts, ...everyHour]) {
    const startMs = Date.parse(start)
    const isDue = readTimes(minutesFrom(startMs))
    for (let ms = startMs + DAY_MS / 12; ms < startMs + 300 * DAY_MS; ms += DAY_MS / 24)
      if (isDue(ms)) throw new Error(`a schedule of ${start} makes a backup at ${new Date(ms).toISOString()}`)
  }
})
