import { createHash } from 'node:crypto'
import { readMaterial, readToken, type Impersonation } from './entries.ts'
import { KubeconfigError } from './fields.ts'
import type { KubeAccess } from './kubeconfig.ts'
import { printable } from '../../output/shorten.ts'
import { protectSecret } from '../../output/secrets.ts'
import { isPrivate } from './proxy.ts'
import { runPlugin, type PluginCredential } from './plugin.ts'

/** The credentials of a request. */
export interface Credentials {
  /** Headers. A header with several values is sent as several lines. */
  headers: Record<string, string | string[]>
  /** Client certificate and key, as PEM. */
  certificate: { cert: string; key: string } | null
  token: string | null
  /** A hash that identifies these credentials. */
  id: string
}

/** Credentials of a plugin without an expiry are renewed after this time, because a refusal does not trigger a renewal. */
const PLUGIN_RENEWAL_MS = 60_000
/** Minimum remaining time of credentials for a request. */
const MIN_VALIDITY_MS = 5_000

/** Returns a function for the current credentials. It reads files again, and runs a plugin again when its credentials expire. */
export function credentialsOf({ user, server }: KubeAccess): (lastForMs?: number) => Promise<Credentials> {
  let cached: { credential: PluginCredential; untilMs: number } | null = null
  let running: Promise<PluginCredential> | null = null
  const fromPlugin = async (lastForMs: number): Promise<PluginCredential | null> => {
    // Like kubectl, it only runs the plugin if the user has no other credentials.
    if (user.plugin === null || hasOwnCredentials(user)) return null
    if (cached !== null && cached.untilMs > Date.now() + lastForMs) return cached.credential
    const plugin = user.plugin
    running ??= runPlugin(plugin, user.name, server).finally(() => (running = null))
    const credential = await running
    cached = { credential, untilMs: credential.expiresMs ?? Date.now() + PLUGIN_RENEWAL_MS }
    return credential
  }
  return async (lastForMs = MIN_VALIDITY_MS) => {
    // Without TLS the network could read credentials, so none are sent, as in kubectl.
    if (!isPrivate(server))
      return finish({ token: null, certificate: null, basic: null, impersonation: user.impersonation, user: user.name })
    const ofPlugin = await fromPlugin(lastForMs)
    const token = ofPlugin?.token ?? tokenOf(user.name, user)
    const { certificate } = user
    const what = `user "${user.name}"`
    const own = certificate && {
      cert: readMaterial(what, 'client-certificate', certificate.cert),
      key: readMaterial(what, 'client-key', certificate.key),
    }
    return finish({
      token,
      certificate: ofPlugin?.certificate ?? own,
      basic: user.basic,
      impersonation: user.impersonation,
      user: user.name,
    })
  }
}

const hasOwnCredentials = ({ token, tokenFile, basic, certificate }: KubeAccess['user']): boolean =>
  [token, tokenFile, basic, certificate].some((one) => one !== null)

/** The tokenFile comes before the token. The token is used if the file cannot be read. */
function tokenOf(user: string, { token, tokenFile }: KubeAccess['user']): string | null {
  if (tokenFile === null) return token
  try {
    return readToken(user, tokenFile)
  } catch (error) {
    if (token !== null && error instanceof KubeconfigError) return token
    throw error
  }
}

function finish(from: {
  token: string | null
  certificate: Credentials['certificate']
  basic: { username: string; password: string } | null
  impersonation: Impersonation | null
  user: string
}): Credentials {
  const { token, certificate, basic, impersonation } = from
  if (token !== null && !/^[\x20-\x7e]*$/.test(token))
    throw new KubeconfigError(
      `the token of user "${printable(from.user)}" contains line breaks or other characters that a header cannot have`,
    )
  const headers = {
    ...(basic === null ? {} : { Authorization: `Basic ${base64(`${basic.username}:${basic.password}`)}` }),
    ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
    ...(impersonation === null ? {} : impersonationHeaders(impersonation)),
  }
  const id = createHash('sha256')
    .update(JSON.stringify([headers, certificate]))
    .digest('hex')
  const credentials = { headers, certificate, token, id }
  protectCredentials(credentials)
  return credentials
}

/** Registers credentials, so they are redacted in everything that is printed or recorded. */
function protectCredentials({ headers, token, certificate }: Credentials): void {
  if (token !== null) protectSecret(token)
  if (certificate !== null) protectSecret(certificate.key.trim())
  const [, sent] = /^\w+ (.+)$/.exec(String(headers.Authorization ?? '')) ?? []
  if (sent !== undefined) protectSecret(sent)
}

function impersonationHeaders({ user, uid, groups, extra }: Impersonation): Credentials['headers'] {
  const extras = Object.entries(extra).map(([name, values]) => [
    `Impersonate-Extra-${encodeURIComponent(name)}`,
    values,
  ])
  return {
    'Impersonate-User': user,
    ...(uid === null ? {} : { 'Impersonate-Uid': uid }),
    ...(groups.length === 0 ? {} : { 'Impersonate-Group': groups }),
    ...(Object.fromEntries(extras) as Record<string, string[]>),
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
