import { pending, waitFor } from '../kube/wait.ts'

/** Whether a process runs; one of another user does too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Ends a process at once and resolves when it is gone. */
export async function killProcess(pid: number): Promise<void> {
  if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  await waitFor(`process ${pid} gone`, () => Promise.resolve(isAlive(pid) ? pending('still there') : true), {
    timeout: '10s',
    every: '20ms',
  })
}
