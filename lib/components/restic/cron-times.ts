/** When a CronJob makes a Job. */
export type CronTimes = { schedule: string; timeZone?: string }

export const EVERY_MINUTE: CronTimes = { schedule: '* * * * *' }
/** Longer than a drill needs its schedule. */
const LASTS_MS = 30 * 60_000
/** Maximum time by which the cluster's clock may be behind. */
const BEHIND_MS = 5 * 60_000
const HOUR_MS = 60 * 60_000

/**
 * Every minute of the hours in which a drill needs its schedule, on this day of the year only. So a schedule that nobody suspends
 * ends by itself. Cron restricts days and hours independently, so the time zone is one in which midnight is far away.
 */
export function minutesFrom(nowMs: number): CronTimes {
  const utcHour = new Date(nowMs).getUTCHours()
  const isMidnightFar = utcHour >= 3 && utcHour < 21
  // The sign is as in POSIX: west of Greenwich.
  const zone = isMidnightFar ? { timeZone: 'Etc/UTC', offsetMs: 0 } : { timeZone: 'Etc/GMT+6', offsetMs: -6 * HOUR_MS }
  const first = new Date(nowMs - BEHIND_MS + zone.offsetMs)
  const last = new Date(nowMs + LASTS_MS + zone.offsetMs)
  const hours = [...new Set([first.getUTCHours(), last.getUTCHours()])].join(',')
  return { schedule: `* ${hours} ${first.getUTCDate()} ${first.getUTCMonth() + 1} *`, timeZone: zone.timeZone }
}
