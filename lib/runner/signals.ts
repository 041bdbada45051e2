/** The used part of `process`. */
type Signalled = Pick<NodeJS.Process, 'on' | 'kill' | 'pid'>

/**
 * Makes SIGTERM and SIGHUP end a run as SIGINT does: the test is interrupted, and its fixtures undo its changes. Playwright only
 * handles SIGINT. Later signals are ignored: a second one would end the process while faults are being undone.
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

/** Makes a worker ignore SIGHUP. A closed terminal sends it to both processes, and the main process ends its workers. */
export function outliveHangup(worker: Signalled): void {
  worker.on('SIGHUP', () => undefined)
}
