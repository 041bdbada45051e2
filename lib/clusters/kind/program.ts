import { homedir } from 'node:os'
import { childEnvironment } from '../../system/child-settings.ts'
import { readVariable, type Environment } from '../../system/environment.ts'
import { run } from '../../system/run.ts'
import { NETWORK } from './containers.ts'

/** kind needs these variables to find Docker's daemon, and the nodes need them to reach registries. */
const KEPT = [
  ...['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY', 'DOCKER_API_VERSION'],
  ...['XDG_RUNTIME_DIR', 'SSH_AUTH_SOCK'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
]

/**
 * Environment of the program kind. It does not inherit the user's: kind must not write to the user's `KUBECONFIG`, and no `KIND_*`
 * variable may choose another runtime than Docker. Docker reads its contexts from the user's home.
 */
export function kindEnvironment(env: Environment = process.env): Record<string, string> {
  const kept = KEPT.flatMap((name) => {
    const value = readVariable(env, name)
    return value === null ? [] : [[name, value] as const]
  })
  // kind's default network is shared by all clusters, and has no label of meshdrill.
  const own = { KIND_EXPERIMENTAL_PROVIDER: 'docker', KIND_EXPERIMENTAL_DOCKER_NETWORK: NETWORK }
  return childEnvironment(readVariable(env, 'HOME') ?? homedir(), { ...Object.fromEntries(kept), ...own }, env)
}

/** Runs kind and returns its standard output. Errors: kind failed; the message holds its output. */
export const runKind = (program: string, args: string[], options: { timeoutMs?: number } = {}): Promise<string> =>
  run(program, args, { ...options, env: kindEnvironment() })
