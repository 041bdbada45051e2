import { spawnSync } from 'node:child_process'

/**
 * Other work of the machine must not hold the probes up: they take a few hundredths of one core. A nice value would not do,
 * as the kernel weighs sessions first. Where it is not allowed, the probes that come late say so.
 */
export function goFirst(): void {
  spawnSync('chrt', ['--all-tasks', '--rr', '--pid', '1', String(process.pid)], { stdio: 'ignore' })
}
