import type { LoadOptions } from './load.ts'

const LONGEST = '15m'
/** All went well; thresholds failed (there are none); stopped by a signal. */
const GOOD_EXITS = [0, 99, 105]

export const isGoodExit = (code: number): boolean => GOOD_EXITS.includes(code)

/** So that nothing but the script's own lines, as they are, and k6's complaints are written. */
export const K6_FLAGS = [
  '--no-color',
  '--summary-mode=disabled',
  '--no-usage-report',
  '--no-thresholds',
  '--log-format=raw',
]

/** What script.ts is told, as arguments of k6; `url` is where the gateway is for whoever runs it. */
export function settingsOf({ route, seed, seeded, rate }: LoadOptions, url: string): string[] {
  const settings = {
    URL: url.replace(/\/$/, ''),
    ROUTE_HOST: route.host,
    SEED: seed,
    SEEDED: seeded,
    RATE: rate,
    DURATION: LONGEST,
  }
  return Object.entries(settings).map(([name, value]) => `--env=${name}=${value}`)
}
