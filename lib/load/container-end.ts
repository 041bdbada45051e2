export type EndSignal = 'SIGINT' | 'SIGKILL'

/** A container that was started, as Docker lets it be ended. */
export interface HeldContainer {
  /** Errors: it has ended already. */
  kill(signal: EndSignal): Promise<unknown>
  /** Resolves with its exit code when it has ended. */
  ended(): Promise<number>
  remove(): Promise<unknown>
}

/**
 * Starts a container, passes on the signals by which it is to end, also those that come before it has started, and removes it
 * when it has ended. Returns its exit code.
 */
export async function holdContainer(
  start: () => Promise<HeldContainer>,
  { listen, say }: { listen: (end: (signal: EndSignal) => void) => void; say: (line: string) => void },
): Promise<number> {
  const asked: EndSignal[] = []
  let pass = (signal: EndSignal): void => {
    asked.push(signal)
  }
  listen((signal) => {
    pass(signal)
  })
  const container = await start()
  pass = (signal) => {
    container.kill(signal).catch((error: unknown) => {
      say(`${signal} did not reach the container: ${String(error)}`)
    })
  }
  asked.forEach(pass)
  try {
    return await container.ended()
  } finally {
    await container.remove()
  }
}
