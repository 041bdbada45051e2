import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { identify, isRunning } from '../process.ts'

/** What is to run, until its owner has ended. */
export interface ContainerSettings {
  name: string
  image: string
  network: string
  labels: Record<string, string>
  command: string[]
  environment: Record<string, string>
  /** Null for a container that is kept. */
  ownerPid: number | null
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

const settings = JSON.parse(process.argv[2] ?? '') as ContainerSettings
const owner = settings.ownerPid === null ? null : await identify(settings.ownerPid)
const reaped = owner !== null && (await ryukIsThere(settings.pulls))
if (!reaped) process.env.TESTCONTAINERS_RYUK_DISABLED = 'true'
// Reads its environment when it is imported.
const { GenericContainer } = await import('testcontainers')
try {
  const started = await new GenericContainer(settings.image)
    .withName(settings.name)
    .withEntrypoint(['/usr/local/bin/versitygw'])
    .withCommand(settings.command)
    .withEnvironment(settings.environment)
    .withLabels(settings.labels)
    .withNetworkMode(settings.network)
    .withAutoCleanup(owner !== null)
    // Makes the folder.
    .withCopyContentToContainer([{ content: '', target: '/data/.meshdrill' }])
    .start()
  const answer: StartedContainer = {
    id: started.getId(),
    network: settings.network,
    address: started.getIpAddress(settings.network),
    reaped,
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
  if (owner !== null) {
    while (await isRunning(owner)) await sleep(1000)
    // The lab that ended by itself has removed it.
    await started.stop().catch((error: unknown) => {
      console.error(String(error))
    })
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
// Connections of Testcontainers would keep this process.
process.exit()

async function ryukIsThere(pulls: boolean): Promise<boolean> {
  const { REAPER_IMAGE } = (await import('testcontainers/build/reaper/reaper.js')) as { REAPER_IMAGE: string }
  const docker = promisify(execFile)
  const there = await docker('docker', ['image', 'inspect', REAPER_IMAGE]).catch(() => null)
  if (there !== null) return true
  if (!pulls) return false
  return docker('docker', ['pull', '--quiet', REAPER_IMAGE], { timeout: 120_000 }).then(
    () => true,
    () => false,
  )
}
