import { createHash } from 'node:crypto'
import { readMaterial, readToken, type Impersonation } from './entries.ts'
import { KubeconfigError } from './fields.ts'
import type { KubeAccess } from './kubeconfig.ts'
import { printable } from '../../output/shorten.ts'
import { protectSecret } from '../../output/secrets.ts'
import { isPrivate } from './proxy.ts'
import { runPlugin, type PluginCredential } from './plugin.ts'

/** What a request carries: who asks. */
export interface Credentials {
  /** Headers; one with several values is sent as several lines. */
  headers: Record<string, string | string[]>
  /** Client certificate and key, as PEM. */
  certificate: { cert: string; key: string } | null
  token: string | null
  /** Differs between any two credentials. */
  id: string
}

/** A plugin that gives no end to its credentials is asked again after this time, as nobody sees when they are refused. */
const PLUGIN_FRESH_MS = 60_000
/** Credentials that end sooner are not handed to a request. */
const MARGIN_MS = 5_000

/** Credentials of a user as they are now: files are read again, and a plugin is run again when its credentials end. */
export function credentialsOf({ user, server }: KubeAccess): (lastForMs?: number) => Promise<Credentials> {
  let asked: { credential: PluginCredential; untilMs: number } | null = null
  let asking: Promise<PluginCredential> | null = null
  const fromPlugin = async (lastForMs: number): Promise<PluginCredential | null> => {
    // With any other credentials kubectl does not ask the plugin.
    if (user.plugin === null || hasOwnCredentials(user)) return null
    if (asked !== null && asked.untilMs > Date.now() + lastForMs) return asked.credential
    const plugin = user.plugin
    asking ??= runPlugin(plugin, user.name, server).finally(() => (asking = null))
    const credential = await asking
    asked = { credential, untilMs: credential.expiresMs ?? Date.now() + PLUGIN_FRESH_MS }
    return credential
  }
  return async (lastForMs = MARGIN_MS) => {
    // A network without TLS would carry them for all to read: kubectl sends none there, either.
    if (!isPrivate(server))
      return finish({ token: null, certificate: null, basic: null, impersonation: user.impersonation, user: user.name })
    const plugged = await fromPlugin(lastForMs)
    const token = plugged?.token ?? tokenOf(user.name, user)
    const { certificate } = user
    const what = `user "${user.name}"`
    const own = certificate && {
      cert: readMaterial(what, 'client-certificate', certificate.cert),
      key: readMaterial(what, 'client-key', certificate.key),
    }
    return finish({
      token,
      certificate: plugged?.certificate ?? own,
      basic: user.basic,
      impersonation: user.impersonation,
      user: user.name,
    })
  }
}

const hasOwnCredentials = ({ token, tokenFile, basic, certificate }: KubeAccess['user']): boolean =>
  [token, tokenFile, basic, certificate].some((one) => one !== null)

/** A token's file comes before the token beside it, which serves while the file cannot be read. */
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
      `the token of user "${printable(from.user)}" contains line breaks or other characters that no header can carry`,
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

/** Keeps credentials out of whatever is printed or recorded, also those that a file or a plugin returns later. */
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
