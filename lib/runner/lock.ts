import { connect, createServer, type Server } from 'node:net'
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stateFolder } from '../system/environment.ts'
import { printable } from '../output/shorten.ts'
import { pending, waitFor } from '../system/wait.ts'

/** A lock that one process of this machine holds. It is free as soon as that process has ended, even by SIGKILL. */
export interface MachineLock {
  release(): Promise<void>
}

const ANSWER_TIMEOUT_MS = 1000
const LONGEST_ANSWER = 500

/**
 * Takes a lock. Waiting processes receive the text `holder`. Throws if another process still holds the lock after `patience`.
 * The error quotes that process's text.
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
      // A killed process leaves a socket file without a listener.
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

/** On Linux an abstract socket. All users of the machine share it, and it ends with its process. */
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
    // The lock must not keep its process alive.
    server.listen(address, () => {
      resolve(server.unref())
    })
  })
}

/** The holder's text. Null without an answer. The text is untrusted. */
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
