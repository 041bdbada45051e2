import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Route } from '../../../../lib/components/mesh.ts'
import type { Write } from '../../../../lib/record/facts.ts'
import { writtenPayload } from '../../../../lib/workloads/ledger/payload.ts'

const run = promisify(execFile)
const source = fileURLToPath(new URL('../../../../lib/workloads/ledger', import.meta.url))

/** The service is no owner of what root owns, as in its pod. */
const USER = process.getuid?.() === 0 ? 10001 : null

/** The real service on a folder of its own, and the commands that damage its volume. */
export interface RunningLedger {
  route: Route
  /** The volume. */
  folder: string
  /** Runs `ledger <command> --dir <folder> …`; returns its lines, the summary apart. Fails with what it said. */
  command(command: string, ...words: string[]): Promise<Evidence>
  /** Writes as the load does, with sequences that begin at `from`; a reading that begins afterwards must show them. */
  write(slots: { slot: number; generation: number }[], options: { seed: number; from: number }): Promise<Write[]>
}

export interface Evidence {
  lines: LedgerChange[]
  summary: Record<string, unknown>
  /** All of it, as it was printed. */
  log: string
}

export interface LedgerChange {
  file: string
  offset: number
  length: number
  slot: number
  before: string
  after: string
}

/** Builds the program; a first build compiles the standard library too. */
export async function buildLedger(): Promise<{ binary: string; remove: () => Promise<void> }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'meshdrill-ledger-')))
  await chmod(folder, 0o755)
  const binary = join(folder, 'ledger')
  await run('go', ['build', '-buildvcs=false', '-o', binary, '.'], { cwd: source })
  return { binary, remove: () => rm(folder, { recursive: true }) }
}

/** Starts the service on an empty volume. */
export async function startLedger(binary: string): Promise<{ ledger: RunningLedger; stop: () => Promise<void> }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'meshdrill-volume-')))
  if (USER !== null) await chown(folder, USER, USER)
  const service = spawn(binary, ['serve', '--dir', folder, '--listen', '127.0.0.1:0'], {
    ...(USER === null ? {} : { uid: USER, gid: USER }),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(service, 'exit')
  const [line] = (await Promise.race([once(createInterface(service.stderr), 'line'), ended])) as [unknown]
  const address = /serving .* on (\S+)$/.exec(String(line))?.[1]
  if (address === undefined) throw new Error(`the service did not start: ${String(line)}`)
  const stop = async () => {
    service.kill('SIGKILL')
    await ended
    await rm(folder, { recursive: true })
  }
  return { ledger: runningLedger(binary, folder, { url: `http://${address}`, host: 'ledger.test' }), stop }
}

function runningLedger(binary: string, folder: string, route: Route): RunningLedger {
  return {
    route,
    folder,
    async command(command, ...words) {
      const { stdout } = await run(binary, [command, '--dir', folder, ...words])
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
      const summary = lines.pop() ?? {}
      return { lines: lines as unknown as LedgerChange[], summary, log: stdout }
    },
    async write(slots, { seed, from }) {
      const sent = slots.map(async ({ slot, generation }, index) => {
        const sequence = from + index
        const sentMs = Date.now()
        const path = `/records/${slot}?sequence=${sequence}&generation=${generation}`
        const answer = await fetch(route.url + path, { method: 'PUT', body: writtenPayload(seed, sequence) })
        return { sequence, slot, generation, sentMs, acknowledgedMs: answer.ok ? Date.now() : null }
      })
      const writes = await Promise.all(sent)
      // What is acknowledged within the millisecond in which a reading begins need not be in it.
      const writtenMs = Date.now()
      while (Date.now() === writtenMs) await sleep(1)
      return writes
    },
  }
}
