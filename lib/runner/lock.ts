import { connect, createServer, type Server } from 'node:net'
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stateFolder } from '../system/environment.ts'
import { printable } from '../output/printable.ts'
import { pending, waitFor } from '../system/wait.ts'

/** Held by one process of this machine at a time. It is free when that process ends, however it ends. */
export interface MachineLock {
  release(): Promise<void>
}

const ANSWER_TIMEOUT_MS = 1000
const LONGEST_ANSWER = 500

/**
 * Takes the lock of that name, and tells everybody who asks that `holder` has it.
 * Errors: another process still has it after `patience`; the message says which, in the words of that process.
 */
export async function takeLock(
  name: string,
  holder: string,
  { patience, hint }: { patience: string; hint: string },
): Promise<MachineLock> {
  const address = addressOf(name)
  const server = await waitFor(
    `the lock "${name}" of this machine`,
    async () => {
      const taken = await listen(address, holder)
      if (taken !== null) return taken
      const other = await askHolder(address)
      // A socket file that nobody listens on was left by a process that was killed.
      if (other === null && !isAbstract(address)) rmSync(address, { force: true })
      return pending(`it is held by ${other ?? 'a process that does not answer'}`)
    },
    { timeout: patience, every: '100ms', hint },
  )
  return {
    release: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
      }),
  }
}

/** On Linux the kernel keeps the name, for the whole machine and not only for this user, until the process ends. */
const addressOf = (name: string): string =>
  process.platform === 'linux' ? `\0meshdrill-${name}` : join(stateFolder(), `${name}.sock`)

const isAbstract = (address: string): boolean => address.startsWith('\0')

/** Null if another process has the address. */
async function listen(address: string, holder: string): Promise<Server | null> {
  if (!isAbstract(address)) mkdirSync(dirname(address), { recursive: true })
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.end(holder)
  })
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null)
      else reject(error)
    })
    // Whoever holds a lock does not stay alive for it.
    server.listen(address, () => {
      resolve(server.unref())
    })
  })
}

/** What the holder says of itself; null if nobody answers. It is a stranger's text. */
async function askHolder(address: string): Promise<string | null> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(address)
    const end = (): void => {
      socket.destroy()
      resolve(text === '' ? null : printable(text.slice(0, LONGEST_ANSWER)))
    }
    socket.setEncoding('utf8').setTimeout(ANSWER_TIMEOUT_MS, end)
    socket.on('data', (chunk: string) => {
      text += chunk
      if (text.length > LONGEST_ANSWER) end()
    })
    socket.on('error', end).on('close', end)
  })
}
