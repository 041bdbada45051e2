import type { Artifacts } from '../../lab/artifacts.ts'
import { docker, dockerProblem, pullImage } from '../../docker/docker.ts'
import type { K6Container, K6Place } from '../../lab/cluster.ts'
import { messageOf } from '../../system/file-error.ts'
import { ensureImages, isPacked } from '../embedded/images/images.ts'
import { lazyToolchain } from '../embedded/toolchain/build.ts'
import type { ExistingRun } from './options.ts'

type Log = (line: string) => void

/** A place in this machine's network. The label is not that of a lab, so the removal of a lab keeps the container. */
const onThisMachine: K6Place = { network: 'host', labels: { 'dev.meshdrill': 'load' }, reach: (url) => url }

/**
 * The program k6, or its public image if the program is missing or the user wants a container. With built artifacts, always the
 * built program. Errors: neither is available, with the next command.
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
    throw new Error(`${missing}. It cannot run in a container either: ${problem}`, { cause: error })
  }
}

/** Why the load cannot run in a container; null if it can. */
async function problemOf({ network }: K6Place, platform = process.platform): Promise<string | null> {
  if (network !== 'host' || platform === 'linux') return dockerProblem()
  return `on ${platform} Docker's containers are not in this machine's network`
}

/** Pulls the image before anything else is changed. Returns its version and source for the record. Errors: it cannot be pulled. */
export async function bringK6({ image }: K6Container, log: Log): Promise<{ version: string; source: string }> {
  log(`the load runs in containers of ${image}`)
  if (isPacked(image)) {
    const { path } = await ensureImages(lazyToolchain({ log }), { log }).archive(image)
    await docker(['load', '--input', path], 120_000)
  } else await pullImage(image, log)
  return { version: /:([^:/@]+)(?:@|$)/.exec(image)?.[1] ?? 'not known', source: `the image ${image}` }
}
