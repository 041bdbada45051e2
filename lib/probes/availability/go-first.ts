import { spawnSync } from 'node:child_process'

/**
 * What Node is started with where milliseconds matter. Threads that collect garbage, as urgent as the one that they collect
 * for, held it up for 0.1 s on two cores; and what frees memory for its own sake does so at any time.
 */
export const punctual = ['--single-threaded-gc', '--no-memory-reducer']

/**
 * Other work of the machine must not hold the probes up: they take a few hundredths of one core. A nice value would not do,
 * as the kernel weighs sessions first. Where it is not allowed, the probes that come late say so.
 */
export function goFirst(priority = 1): void {
  spawnSync('chrt', ['--all-tasks', '--rr', '--pid', String(priority), String(process.pid)], { stdio: 'ignore' })
}
