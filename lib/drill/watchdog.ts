import { fileURLToPath } from 'node:url'

/** The program that undoes the faults of killed processes. It attaches to the run's lab by the run's configuration. */
export const WATCHDOG_MAIN = fileURLToPath(new URL('watchdog.main.ts', import.meta.url))
