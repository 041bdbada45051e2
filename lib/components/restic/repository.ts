import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { redact } from '../../output/secrets.ts'
import { repositoryPassword, urlHere } from '../../store/endpoint.ts'
import { messageOf } from '../../system/file-error.ts'
import { ProgramError, run } from '../../system/run.ts'
import { MANAGED } from '../support/namespace-objects.ts'
import { parseSnapshots, type Snapshot } from './output.ts'

/** A command that a person types is not waited for longer: restic itself tries again for 15 minutes. */
const COMMAND_TIMEOUT_MS = 60_000
/** By restic: there is no repository at this address. */
const NO_REPOSITORY = 10

/** The Secret with the store's keys, in the workload's namespace. */
export const KEYS_SECRET = 'restic-store'
const PASSWORD_SECRET = 'restic-password'

/** Where it is, as restic takes it. */
export interface Repository {
  url: string
}

/** Where in the bucket the repositories of a namespace are. */
export const prefixOf = ({ store }: Pick<Lab, 'store'>, namespace: string, strategy: string): string =>
  `${store.prefix}restic/${namespace}/${strategy}/`

/**
 * A repository of its own for each namespace and strategy, so that none finds snapshots of another; nor those of an
 * earlier namespace of the same name, one of which that cannot be read would fail every backup to come.
 */
export const repositoryOf = (lab: Lab, namespace: { name: string; uid: string }, strategy: string): Repository => ({
  url: `s3:${lab.store.url}/${lab.store.bucket}/${prefixOf(lab, namespace.name, strategy)}${namespace.uid.slice(0, 8)}`,
})

/** The Secrets that Jobs take keys and password from. */
export function secretsFor(lab: Lab, namespace: string): KubeObject[] {
  const { accessKey, secretKey } = lab.store
  const secret = (name: string, stringData: Record<string, string>): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: MANAGED },
    stringData,
  })
  return [
    secret(KEYS_SECRET, { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey }),
    secret(PASSWORD_SECRET, { RESTIC_PASSWORD: repositoryPassword(lab.store) }),
  ]
}

/** Where a container of a Job finds them. */
export const secretsInEnvironment = [KEYS_SECRET, PASSWORD_SECRET].map((name) => ({ secretRef: { name } }))

/** Makes the repository where it is not there yet. */
export async function ensureRepository(lab: Lab, repository: Repository): Promise<void> {
  try {
    await restic(lab, repository, ['cat', 'config'])
  } catch (error) {
    if (!(error instanceof ResticError) || error.code !== NO_REPOSITORY) throw error
    await restic(lab, repository, ['init'])
  }
}

/** The repository's snapshots, oldest first. */
export async function listSnapshots(lab: Lab, repository: Repository): Promise<Snapshot[]> {
  return parseSnapshots(await restic(lab, repository, ['snapshots', '--json']))
}

/** Makes the repository's index anew from the data that can be read. */
export async function repairIndex(lab: Lab, repository: Repository): Promise<void> {
  await restic(lab, repository, ['repair', 'index'])
}

class ResticError extends Error {
  constructor(
    message: string,
    readonly code: number | null,
    options: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** Runs restic on the drills' machine, as the operator's own: it needs no cluster. Errors: what it said, and its code. */
async function restic(lab: Lab, repository: Repository, args: string[]): Promise<string> {
  const program = await lab.artifacts.binary('restic')
  const env = {
    PATH: process.env.PATH,
    RESTIC_REPOSITORY: repository.url.replace(lab.store.url, urlHere(lab.store)),
    RESTIC_PASSWORD: repositoryPassword(lab.store),
    AWS_DEFAULT_REGION: lab.store.region,
    AWS_ACCESS_KEY_ID: lab.store.accessKey,
    AWS_SECRET_ACCESS_KEY: lab.store.secretKey,
  }
  try {
    return await run(program, [...args, '--no-cache'], { env, timeoutMs: COMMAND_TIMEOUT_MS })
  } catch (error) {
    const code = error instanceof ProgramError ? error.exitCode : null
    const why = code === null ? messageOf(error) : `ended with ${code}: ${(error as ProgramError).stderr.trim()}`
    throw new ResticError(redact(`restic ${args.join(' ')} of ${repository.url}: ${why}`), code, { cause: error })
  }
}
