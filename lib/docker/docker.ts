import { messageOf } from '../system/message-of.ts'
import { run } from '../system/run.ts'

/** What everything bears that the drills make on Docker; what does not is somebody else's. */
export const LABELS = { 'dev.meshdrill': 'lab' }
export const OURS = 'dev.meshdrill=lab'

/** Runs the Docker command line. Errors: what it said. */
export const docker = (args: string[], timeoutMs = 60_000): Promise<string> => run('docker', args, { timeoutMs })

/** What the command line prints, line by line. */
export const dockerLines = async (args: string[]): Promise<string[]> => (await docker(args)).split('\n').filter(Boolean)

/** Why Docker cannot be used, with the next command; null where it answers. */
export async function dockerProblem(): Promise<string | null> {
  try {
    await docker(['version', '--format', '{{ .Server.Version }}'], 10_000)
    return null
  } catch (error) {
    const said = messageOf(error)
    if (/not found|ENOENT/.test(said)) return 'there is no docker in PATH. Next, as root: apt-get install docker.io'
    return `Docker does not answer (${said}). Next: docker info`
  }
}

/** Which runtime starts containers where nobody says. */
export const defaultRuntime = async (): Promise<string> =>
  (await docker(['info', '--format', '{{ .DefaultRuntime }}'])).trim()

/** ID of an image that Docker has; null where it has none of that name. */
export async function imageId(name: string): Promise<string | null> {
  const found = await dockerLines(['image', 'ls', '--no-trunc', '--format', '{{ .ID }}', name])
  return found[0] ?? null
}

/** Errors: what the registry said, and how to do without one. */
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

/** The port of this machine at which a container's port is published. Errors: it is not. */
export async function publishedPort(container: string, port: number): Promise<number> {
  const published = (await dockerLines(['port', container, `${port}/tcp`]))[0] ?? ''
  const found = Number(/:(\d+)$/.exec(published)?.[1])
  if (Number.isInteger(found)) return found
  throw new Error(`port ${port} of container "${container}" is not published: ${JSON.stringify(published)}`)
}

/** The address of a container on a network. Errors: it has none there. */
export async function addressOf(container: string, network: string): Promise<string> {
  const path = `{{ with index .NetworkSettings.Networks "${network}" }}{{ .IPAddress }}{{ end }}`
  const address = (await docker(['inspect', '--format', path, container])).trim()
  if (address === '') throw new Error(`container "${container}" has no address on network "${network}"`)
  return address
}
