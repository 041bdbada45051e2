import { setTimeout as sleep } from 'node:timers/promises'
import { readSettings } from '../system/child-settings.ts'
import { openTestcontainers } from '../docker/docker.ts'
import { messageOf } from '../system/file-error.ts'
import { writeLine, writeText, printUncaughtErrors, writeMessage } from '../output/print.ts'
import { isRunning, type ProcessId } from '../system/process.ts'

/** What is to run, until its owner has ended. */
export interface ContainerSettings {
  name: string
  image: string
  network: string
  labels: Record<string, string>
  command: string[]
  environment: Record<string, string>
  /** Its port that is reached at another one of this machine; null where it is reached at its own address. */
  published: { port: number; here: number } | null
  /** Null for a container that is kept. */
  owner: ProcessId | null
  /** Whether images may be pulled. */
  pulls: boolean
}

/** What was started, as one line of standard output. */
export interface StartedContainer {
  id: string
  network: string
  address: string
  /** Whether Ryuk removes it when its owner is gone. */
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
    // Whoever started this waits for its first answer.
    .withWaitStrategy(Wait.forAll([]))
    // Makes the folder.
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
    // The lab that ended by itself has removed it.
    await started.stop().catch((error: unknown) => {
      writeLine('stderr', String(error))
    })
  }
} catch (error) {
  writeText('stderr', messageOf(error))
  process.exitCode = 1
}
// Connections of Testcontainers would keep this process.
process.exit()
