import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSettings } from '../system/child-settings.ts'
import { docker, openTestcontainers } from '../docker/docker.ts'
import { messageOf } from '../system/file-error.ts'
import { lineWriter, writeLine, printUncaughtErrors } from '../output/print.ts'
import { holdContainer, type EndSignal, type HeldContainer } from './container.ts'
import type { LoadSettings } from './container.ts'

/** Holds the container that a load runs in: see `spawnContainer`. */
printUncaughtErrors()
const settings = await readSettings<LoadSettings>()
/** A Docker that does not answer must not hold up a run that has ended. */
const DOCKER_TIMEOUT_MS = 10_000
const LAST_WORDS_MS = 1_000

const say = (line: string): void => {
  writeLine('stderr', line)
}

const code = await holdContainer(start, { listen, say }).catch((error: unknown) => {
  say(messageOf(error))
  return 1
})
// Connections of Testcontainers would keep this process.
process.exit(code)

function listen(end: (signal: EndSignal) => void): void {
  const endNow = (): void => {
    end('SIGKILL')
    setTimeout(() => process.exit(1), DOCKER_TIMEOUT_MS)
  }
  process.on('SIGINT', () => {
    end('SIGINT')
  })
  process.on('SIGTERM', endNow)
  process.stdin.once('close', endNow).resume()
}

async function start(): Promise<HeldContainer> {
  const { GenericContainer, Wait, getContainerRuntimeClient } = await openTestcontainers({
    reap: true,
    pulls: settings.pulls,
  })
  const started = await new GenericContainer(settings.image)
    .withCommand(settings.command)
    .withEnvironment(settings.environment)
    .withLabels(settings.labels)
    .withNetworkMode(settings.network)
    .withBindMounts(settings.mounts)
    .withWorkingDir(settings.folder)
    .withUser(await user())
    // The load tells of itself by its first request.
    .withWaitStrategy(Wait.forAll([]))
    .start()
  const container = (await getContainerRuntimeClient()).container.getById(started.getId())
  const words = await started.logs()
  words.on('error', (error) => {
    say(`its output cannot be read: ${String(error)}`)
  })
  const lastWords = once(words, 'close')
  const output = lineWriter('stdout')
  words.setEncoding('utf8').on('data', (chunk: string) => {
    output.write(chunk)
  })
  words.once('close', () => {
    output.end()
  })
  return {
    kill: (signal) => container.kill({ signal }),
    async ended() {
      const { StatusCode } = (await container.wait()) as { StatusCode: number }
      await Promise.race([lastWords, sleep(LAST_WORDS_MS)])
      return StatusCode
    },
    remove: () => container.remove({ force: true, v: true }),
  }
}

/** Who this is, so that what k6 writes is ours; to a Docker without root that is its own root. */
async function user(): Promise<string> {
  const rootless = (await docker(['info', '--format', '{{ .SecurityOptions }}'])).includes('name=rootless')
  return rootless ? '0:0' : `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`
}
