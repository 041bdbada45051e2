import { setTimeout as sleep } from 'node:timers/promises'
import { readSettings } from '../system/child-settings.ts'
import { openTestcontainers } from '../docker/docker.ts'
import { messageOf } from '../system/file-error.ts'
import { writeLine, writeText, printUncaughtErrors, writeMessage } from '../output/print.ts'
import { isRunning, type ProcessId } from '../system/process.ts'

/** The container to run until its owner has ended. */
export interface ContainerSettings {
  name: string
  image: string
  network: string
  labels: Record<string, string>
  command: string[]
  environment: Record<string, string>
  /** The container's port, and the port of this machine that leads to it; null if this machine reaches the container's address. */
  published: { port: number; here: number } | null
  /** Null for a container that outlives the run. */
  owner: ProcessId | null
  /** True if images may be pulled. */
  pulls: boolean
}

/** The started container, printed as one line of JSON. */
export interface StartedContainer {
  id: string
  network: string
  address: string
  /** True if Ryuk removes the container after its owner has ended. */
  reaped: boolean
}

printUncaughtErrors()
const settings = await readSettings<ContainerSettings>()
const { owner } = settings
const { GenericContainer, Wait, reaped } = await openTestcontainers({ reap: owner !== null, pulls: settings.pulls })
try {
  const container = new GenericContainer(settings.image)
  const { published } = settings
  if (published !== null) container.withExposedPorts({ container: published.port, host: published.here })
  const started = await container
    .withName(settings.name)
    .withEntrypoint(['/usr/local/bin/versitygw'])
    .withCommand(settings.command)
    .withEnvironment(settings.environment)
    .withLabels(settings.labels)
    .withNetworkMode(settings.network)
    .withAutoCleanup(owner !== null)
    // The caller waits for the store's first answer.
    .withWaitStrategy(Wait.forAll([]))
    // Creates the folder.
    .withCopyContentToContainer([{ content: '', target: '/data/.meshdrill' }])
    .start()
  const answer: StartedContainer = {
    id: started.getId(),
    network: settings.network,
    address: started.getIpAddress(settings.network),
    reaped,
  }
  writeMessage(answer)
  if (owner !== null) {
    while (await isRunning(owner)) await sleep(1000)
    // This fails if the lab has removed the container already.
    await started.stop().catch((error: unknown) => {
      writeLine('stderr', String(error))
    })
  }
} catch (error) {
  writeText('stderr', messageOf(error))
  process.exitCode = 1
}
// Open connections of Testcontainers would keep this process running.
process.exit()
