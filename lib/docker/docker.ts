import { messageOf } from '../system/file-error.ts'
import { ProgramError, run } from '../system/run.ts'

/** Label on every Docker object that meshdrill creates. Objects without it are never touched. */
export const LABELS = { 'dev.meshdrill': 'lab' }
export const OURS = 'dev.meshdrill=lab'

/** Runs the Docker command line and returns its standard output. Errors: it failed; the message holds its output. */
export const docker = (args: string[], timeoutMs = 60_000): Promise<string> => run('docker', args, { timeoutMs })

/** As `docker`, but returns the lines that are not empty. */
export const dockerLines = async (args: string[]): Promise<string[]> => (await docker(args)).split('\n').filter(Boolean)

/** Why Docker cannot be used, with the next command; null if it answers. */
export async function dockerProblem(): Promise<string | null> {
  try {
    await docker(['version', '--format', '{{ .Server.Version }}'], 10_000)
    return null
  } catch (error) {
    if (error instanceof ProgramError && error.isMissing)
      return 'there is no docker in PATH. Next, as root: apt-get install docker.io'
    return `Docker does not answer (${messageOf(error)}). Next: docker info`
  }
}

/** Docker's default runtime. */
export const defaultRuntime = async (): Promise<string> =>
  (await docker(['info', '--format', '{{ .DefaultRuntime }}'])).trim()

/** ID of a local image; null if Docker has no image of that name. */
export async function imageId(name: string): Promise<string | null> {
  const found = await dockerLines(['image', 'ls', '--no-trunc', '--format', '{{ .ID }}', name])
  return found[0] ?? null
}

/** Pulls an image unless Docker has it. Errors: the registry refused or did not answer; the message says how to work without one. */
export async function pullImage(name: string, log: (line: string) => void): Promise<void> {
  if ((await imageId(name.replace(/:[^:/@]+@/, '@'))) !== null) return
  log(`pulling ${name} …`)
  try {
    await docker(['pull', '--quiet', name], 15 * 60_000)
  } catch (error) {
    throw new Error(
      `the image "${name}" cannot be pulled: ${String(error)}. Next: docker pull ${name}, or without a registry: npx meshdrill node-image, and MESHDRILL_ARTIFACTS=built`,
      { cause: error },
    )
  }
}

/** The port of this machine at which a container's port is published. Errors: it is not published. */
export async function publishedPort(container: string, port: number): Promise<number> {
  const published = (await dockerLines(['port', container, `${port}/tcp`]))[0] ?? ''
  const found = Number(/:(\d+)$/.exec(published)?.[1])
  if (Number.isInteger(found)) return found
  throw new Error(`port ${port} of container "${container}" is not published: ${JSON.stringify(published)}`)
}

/** The address of a container on a network. Errors: the container has no address on it. */
export async function addressOf(container: string, network: string): Promise<string> {
  const path = `{{ with index .NetworkSettings.Networks "${network}" }}{{ .IPAddress }}{{ end }}`
  const address = (await docker(['inspect', '--format', path, container])).trim()
  if (address === '') throw new Error(`container "${container}" has no address on network "${network}"`)
  return address
}

/**
 * Imports Testcontainers. Call it in a process of its own, because Testcontainers reads its environment on import. Ryuk removes
 * the containers after the process has ended. `reaped` is false if `reap` is, or if Ryuk's image is missing and cannot be pulled.
 */
export async function openTestcontainers({ reap, pulls }: { reap: boolean; pulls: boolean }) {
  const reaped = reap && (await ryukIsThere(pulls))
  if (!reaped) process.env.TESTCONTAINERS_RYUK_DISABLED = 'true'
  return { ...(await import('testcontainers')), reaped }
}

async function ryukIsThere(pulls: boolean): Promise<boolean> {
  const { REAPER_IMAGE } = (await import('testcontainers/build/reaper/reaper.js')) as { REAPER_IMAGE: string }
  if ((await imageId(REAPER_IMAGE)) !== null) return true
  if (!pulls) return false
  return docker(['pull', '--quiet', REAPER_IMAGE], 120_000).then(
    () => true,
    () => false,
  )
}
