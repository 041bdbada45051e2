import type { KubeConfig, User } from '@kubernetes/client-node'
import { protectSecret } from '../output/secrets.ts'

/** Keeps the credentials of a kubeconfig out of whatever is printed or recorded, also those that a plugin hands out later. */
export function protectCredentials(config: KubeConfig): void {
  for (const user of config.getUsers()) protectUser(user)
  const authenticate = config.applySecurityAuthentication.bind(config)
  config.applySecurityAuthentication = async (request) => {
    await authenticate(request)
    protectAuthorization(request.getHeaders().Authorization)
  }
  const authenticateSocket = config.applyToHTTPSOptions.bind(config)
  config.applyToHTTPSOptions = async (options) => {
    await authenticateSocket(options)
    const authorization = (options as { headers?: Record<string, unknown> }).headers?.Authorization
    if (typeof authorization === 'string') protectAuthorization(authorization)
  }
}

function protectUser({ token, password, keyData, exec, authProvider }: User): void {
  for (const secret of [token, password]) if (secret) protectSecret(secret)
  if (keyData) protectKey(Buffer.from(keyData, 'base64').toString('utf8'))
  // What a plugin is given, such as a client's secret.
  for (const { value } of environmentOf(exec)) if (value.length >= SHORTEST_VARIABLE) protectSecret(value)
  const provider = (authProvider as { config?: Record<string, unknown> } | undefined)?.config ?? {}
  for (const [name, value] of Object.entries(provider))
    if (/token|secret|password/.test(name) && typeof value === 'string') protectSecret(value)
}

/** Shorter variables are most often names of profiles and regions. */
const SHORTEST_VARIABLE = 20

const environmentOf = (exec: unknown): { name: string; value: string }[] =>
  ((exec as { env?: { name: string; value: string }[] | null } | undefined)?.env ?? []).filter(
    ({ value }) => typeof value === 'string',
  )

/** Whole, and so that each line of it is protected. */
const protectKey = (pem: string): void => {
  protectSecret(pem.trim())
}

function protectAuthorization(header: string | undefined): void {
  const [, scheme, credentials] = /^(\w+) (.+)$/.exec(header ?? '') ?? []
  if (credentials === undefined) return
  protectSecret(credentials)
  if (scheme !== 'Basic') return
  const password = Buffer.from(credentials, 'base64').toString('utf8').split(':').slice(1).join(':')
  protectSecret(password)
}
