import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { redact } from '../../output/secrets.ts'
import { repositoryPassword, urlHere } from '../../store/endpoint.ts'
import { messageOf } from '../../system/file-error.ts'
import { ProgramError, run } from '../../system/run.ts'
import { MANAGED } from '../support/namespace-objects.ts'
import { parseSnapshots, type Snapshot } from './output.ts'

/** Timeout of a restic command on this machine. restic itself would retry for 15 minutes. */
const COMMAND_TIMEOUT_MS = 60_000
/** restic's exit code if the repository does not exist. */
const NO_REPOSITORY = 10

/** The Secret with the store's keys, in the workload's namespace. */
export const KEYS_SECRET = 'restic-store'
const PASSWORD_SECRET = 'restic-password'

/** Address of a repository, in restic's format. */
export interface Repository {
  url: string
}

/** Prefix of a namespace's repositories in the bucket. */
export const prefixOf = ({ store }: Pick<Lab, 'store'>, namespace: string, strategy: string): string =>
  `${store.prefix}restic/${namespace}/${strategy}/`

/**
 * Each namespace and strategy has its own repository, so a restore only finds its own snapshots. The UID separates it from an
 * earlier namespace of the same name: a damaged snapshot there would make every later backup fail.
 */
export const repositoryOf = (lab: Lab, namespace: { name: string; uid: string }, strategy: string): Repository => ({
  url: `s3:${lab.store.url}/${lab.store.bucket}/${prefixOf(lab, namespace.name, strategy)}${namespace.uid.slice(0, 8)}`,
})

/** The Secrets with the store's keys and the repository's password, for the Jobs. */
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

/** `envFrom` of a Job's container. */
export const secretsInEnvironment = [KEYS_SECRET, PASSWORD_SECRET].map((name) => ({ secretRef: { name } }))

/** Creates the repository if it does not exist. */
export async function ensureRepository(lab: Lab, repository: Repository): Promise<void> {
  try {
    await runRestic(lab, repository, ['cat', 'config'])
  } catch (error) {
    if (!(error instanceof ResticError) || error.code !== NO_REPOSITORY) throw error
    await runRestic(lab, repository, ['init'])
  }
}

/** Lists the repository's snapshots, oldest first. */
export async function listSnapshots(lab: Lab, repository: Repository): Promise<Snapshot[]> {
  return parseSnapshots(await runRestic(lab, repository, ['snapshots', '--json']))
}

/** Creates the repository's index again from the readable data. */
export async function repairIndex(lab: Lab, repository: Repository): Promise<void> {
  await runRestic(lab, repository, ['repair', 'index'])
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

/** Runs restic on this machine, as an operator does; it needs no cluster. Errors have restic's output and exit code. */
async function runRestic(lab: Lab, repository: Repository, args: string[]): Promise<string> {
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
    const why = code === null ? messageOf(error) : `exit code ${code}: ${(error as ProgramError).stderr.trim()}`
    throw new ResticError(redact(`restic ${args.join(' ')} for repository "${repository.url}" failed: ${why}`), code, {
      cause: error,
    })
  }
}
