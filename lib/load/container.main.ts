import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSettings } from '../system/child-settings.ts'
import { docker, openTestcontainers } from '../docker/docker.ts'
import { messageOf } from '../system/file-error.ts'
import { lineWriter, writeLine, printUncaughtErrors } from '../output/print.ts'
import { holdContainer, type EndSignal, type HeldContainer } from './container.ts'
import type { LoadSettings } from './container.ts'

/** Main program of the process that manages a load's container: see `spawnContainer`. */
printUncaughtErrors()
const settings = await readSettings<LoadSettings>()
/** Time limit for Docker at the end, so that a Docker that does not answer cannot delay a finished run. */
const DOCKER_TIMEOUT_MS = 10_000
const REST_OF_OUTPUT_MS = 1_000

const complain = (line: string): void => {
  writeLine('stderr', line)
}

const code = await holdContainer(start, { listen, complain }).catch((error: unknown) => {
  complain(messageOf(error))
  return 1
})
// Open connections of Testcontainers would keep this process alive.
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
    // No wait strategy: the load is ready when it sends its first request.
    .withWaitStrategy(Wait.forAll([]))
    .start()
  const container = (await getContainerRuntimeClient()).container.getById(started.getId())
  const logs = await started.logs()
  logs.on('error', (error) => {
    complain(`the output of the container cannot be read: ${String(error)}`)
  })
  const outputClosed = once(logs, 'close')
  const output = lineWriter('stdout')
  logs.setEncoding('utf8').on('data', (chunk: string) => {
    output.write(chunk)
  })
  logs.once('close', () => {
    output.end()
  })
  return {
    kill: (signal) => container.kill({ signal }),
    async ended() {
      const { StatusCode } = (await container.wait()) as { StatusCode: number }
      await Promise.race([outputClosed, sleep(REST_OF_OUTPUT_MS)])
      return StatusCode
    },
    remove: () => container.remove({ force: true, v: true }),
  }
}

/** User of the container, so that this process owns the files of k6. Rootless Docker maps its root to this user. */
async function user(): Promise<string> {
  const rootless = (await docker(['info', '--format', '{{ .SecurityOptions }}'])).includes('name=rootless')
  return rootless ? '0:0' : `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`
}
