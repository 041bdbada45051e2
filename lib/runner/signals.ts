/** What of `process` is needed. */
type Signalled = Pick<NodeJS.Process, 'on' | 'kill' | 'pid'>

/**
 * SIGTERM and SIGHUP end a run as SIGINT does: the test is interrupted, and its fixtures undo what it changed. Playwright
 * handles SIGINT alone. Only the first one counts: a second would end the process while faults are being undone.
 */
export function endOnEverySignal(main: Signalled): void {
  let ending = false
  const end = (): void => {
    if (ending) return
    ending = true
    main.kill(main.pid, 'SIGINT')
  }
  main.on('SIGTERM', end)
  main.on('SIGHUP', end)
}

/** A worker ends when its main process says so: a terminal that is closed sends SIGHUP to both. Playwright handles the others. */
export function outliveHangup(worker: Signalled): void {
  worker.on('SIGHUP', () => undefined)
}
