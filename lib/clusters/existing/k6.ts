import type { Artifacts } from '../../lab/artifacts.ts'
import { docker, dockerProblem, pullImage } from '../../docker/docker.ts'
import type { K6Container, K6Place } from '../../lab/k6.ts'
import { messageOf } from '../../system/message-of.ts'
import { ensureImages, isPacked } from '../embedded/images/images.ts'
import { lazyToolchain } from '../embedded/toolchain/build.ts'
import type { ExistingRun } from './options.ts'

type Log = (line: string) => void

/** In the machine's own network; with a label that no lab ends by. */
const onThisMachine: K6Place = { network: 'host', labels: { 'dev.meshdrill': 'load' }, reach: (url) => url }

/**
 * The program k6; where it is not there, or a container is wanted, its public image. What the toolchain builds is there. Errors:
 * neither can be had, with the next command.
 */
export async function chooseK6(
  { artifacts, k6, made }: Pick<ExistingRun, 'artifacts' | 'k6' | 'made'>,
  source: Artifacts,
): Promise<string | K6Container> {
  const place = made?.k6 ?? onThisMachine
  const container = { ...place, image: source.image('grafana/k6'), pulls: artifacts === 'public' }
  if (k6 === 'container') {
    const problem = await problemOf(place)
    if (problem !== null) throw new Error(`MESHDRILL_K6=container: ${problem}`)
    return container
  }
  try {
    return await source.binary('k6')
  } catch (error) {
    if (artifacts === 'built') throw error
    const problem = await problemOf(place)
    if (problem === null) return container
    const missing = messageOf(error)
    throw new Error(`${missing}; and it cannot run in a container: ${problem}`, { cause: error })
  }
}

/** Why no container can run the load; null where one can. */
async function problemOf({ network }: K6Place, platform = process.platform): Promise<string | null> {
  if (network !== 'host' || platform === 'linux') return dockerProblem()
  return `on ${platform} Docker's containers are not in this machine's network`
}

/** Brings the image to Docker, before anything else is changed; what it is, for the record. Errors: it cannot be had. */
export async function bringK6({ image }: K6Container, log: Log): Promise<{ version: string; source: string }> {
  log(`the load runs in containers of ${image}`)
  if (isPacked(image)) {
    const { path } = await ensureImages(lazyToolchain({ log }), { log }).archive(image)
    await docker(['load', '--input', path], 120_000)
  } else await pullImage(image, log)
  return { version: /:([^:/@]+)(?:@|$)/.exec(image)?.[1] ?? 'not known', source: `the image ${image}` }
}
