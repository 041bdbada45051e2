import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { printable } from '../../output/shorten.ts'
import { codeOf } from '../../system/file-error.ts'
import { parseProxy } from './proxy.ts'
import { readPlugin, type ExecPlugin } from './exec-entry.ts'
import { KubeconfigError, textOf, type Fields } from './fields.ts'

/** An API server of a kubeconfig. */
export interface ServerEntry {
  name: string
  /** URL without a final slash. */
  url: string
  /** Certificates of the authority, as PEM; null: the authorities that the system trusts. */
  ca: string | null
  /** True if the server's certificate is not checked. */
  insecure: boolean
  /** Name that the server's certificate must have; null for the URL's host. */
  tlsName: string | null
  /** URL of the proxy; null for none. */
  proxy: string | null
  isUncompressed: boolean
  /** Configuration of the cluster for exec plugins; null if there is none. */
  pluginConfig: unknown
}

/** Content of a kubeconfig's field, or the path of a file. The file is read for each use. */
export type Material = { data: string } | { file: string }

export interface UserEntry {
  name: string
  token: string | null
  /** The file is read for each use. It comes before `token`. */
  tokenFile: string | null
  basic: { username: string; password: string } | null
  /** Client certificate and key, as PEM. */
  certificate: { cert: Material; key: Material } | null
  plugin: ExecPlugin | null
  impersonation: Impersonation | null
}

export interface Impersonation {
  user: string
  uid: string | null
  groups: string[]
  extra: Record<string, string[]>
}

const CLUSTER_FIELDS = [
  ...['server', 'certificate-authority', 'certificate-authority-data', 'insecure-skip-tls-verify'],
  ...['tls-server-name', 'proxy-url', 'disable-compression', 'extensions'],
]
const USER_FIELDS = [
  ...['token', 'tokenFile', 'username', 'password', 'exec', 'auth-provider', 'extensions'],
  ...['client-certificate', 'client-certificate-data', 'client-key', 'client-key-data'],
  ...['as', 'as-uid', 'as-groups', 'as-user-extra'],
]
const PLUGIN_EXTENSION = 'client.authentication.k8s.io/exec'

/** Reads a cluster's entry. `folder` is the kubeconfig's folder, the base of relative paths, as in kubectl. */
export function readServer(name: string, fields: Fields, folder: string): ServerEntry {
  const what = `cluster "${printable(name)}"`
  refuseUnknown(what, fields, CLUSTER_FIELDS)
  const text = textOf(what, fields)
  const url = readServerUrl(what, text('server') ?? '')
  const proxyText = text('proxy-url')
  const proxy = proxyText === null ? null : parseProxy(proxyText)
  if (proxyText !== null && proxy === null)
    throw new KubeconfigError(`${what} has a proxy-url that is not one of http, https or socks5`)
  const material = materialOf(what, fields, folder, 'certificate-authority')
  const ca = material === null ? null : readMaterial(what, 'certificate-authority', material)
  const insecure = readBoolean(what, fields, 'insecure-skip-tls-verify')
  if (insecure && ca !== null)
    throw new KubeconfigError(
      `${what} has both a certificate authority and insecure-skip-tls-verify: one of them must go`,
    )
  if (ca !== null) requireCertificate(what, ca)
  return {
    ...{ name, url, ca, insecure, proxy },
    tlsName: text('tls-server-name'),
    isUncompressed: readBoolean(what, fields, 'disable-compression'),
    pluginConfig: extensionOf(fields, PLUGIN_EXTENSION),
  }
}

/** Reads the URL of a server, without a final slash. Errors: it is not a URL, or it has a user, a query or a fragment. */
function readServerUrl(what: string, text: string): string {
  const url = text.replace(/\/+$/, '').replace(/^https?:/i, (scheme) => scheme.toLowerCase())
  if (!URL.canParse(url) || !['http:', 'https:'].includes(new URL(url).protocol))
    throw new KubeconfigError(
      `${what} has server "${printable(url)}", which is not a URL. Next: kubectl config set-cluster`,
    )
  const { username, password, search, hash } = new URL(url)
  if (username === '' && password === '' && search === '' && hash === '') return url
  throw new KubeconfigError(
    `${what} has a server whose URL contains a user, a query or a fragment. Next: kubectl config set-cluster`,
  )
}

export function readUser(name: string, fields: Fields, folder: string): UserEntry {
  const what = `user "${printable(name)}"`
  refuseUnknown(what, fields, USER_FIELDS)
  const text = textOf(what, fields)
  if ((fields['auth-provider'] ?? null) !== null)
    throw new KubeconfigError(
      `${what} has an auth-provider, which kubectl no longer knows, or which meshdrill does not. Next: set up an exec plugin in its place, such as kubelogin or gke-gcloud-auth-plugin`,
    )
  const tokenFile = text('tokenFile')
  const username = text('username')
  const cert = materialOf(what, fields, folder, 'client-certificate')
  const key = materialOf(what, fields, folder, 'client-key')
  if ((cert === null) !== (key === null))
    throw new KubeconfigError(
      `${what} has a ${cert === null ? 'client key without a certificate' : 'client certificate without a key'}`,
    )
  const certificate = cert === null || key === null ? null : { cert, key }
  if (certificate !== null) {
    readMaterial(what, 'client-certificate', certificate.cert)
    readMaterial(what, 'client-key', certificate.key)
  }
  if (username !== null && (text('token') ?? tokenFile) !== null)
    throw new KubeconfigError(`${what} has both a token and a username: kubectl allows one of them`)
  const user: UserEntry = {
    ...{ name, certificate },
    token: text('token'),
    tokenFile: tokenFile === null ? null : resolve(folder, tokenFile),
    basic: username === null ? null : { username, password: text('password') ?? '' },
    plugin: (fields.exec ?? null) === null ? null : readPlugin(what, fields.exec, folder),
    impersonation: readImpersonation(what, fields),
  }
  if (user.tokenFile !== null && user.token === null) readToken(user.name, user.tokenFile)
  return user
}

/** Reads the token in a file. Errors: the file cannot be read, or is empty. */
export function readToken(user: string, file: string): string {
  const what = `user "${printable(user)}"`
  const token = readMaterial(what, 'tokenFile', { file }).trim()
  if (token !== '') return token
  throw new KubeconfigError(`the tokenFile of ${what}, "${printable(file)}", is empty`)
}

/** Reads content as text. Errors: the file cannot be read. */
export function readMaterial(what: string, field: string, material: Material): string {
  if ('data' in material) return material.data
  try {
    return readFileSync(material.file, 'utf8')
  } catch (error) {
    throw new KubeconfigError(
      `the ${field} of ${what}, "${printable(material.file)}", cannot be read (${codeOf(error) ?? 'unknown error'})`,
      { cause: error },
    )
  }
}

function requireCertificate(what: string, pem: string): void {
  try {
    new X509Certificate(pem)
  } catch (error) {
    throw new KubeconfigError(`the certificate-authority of ${what} is not a PEM certificate`, { cause: error })
  }
}

/** Reads `<field>-data` in Base64, or the path `<field>`. Errors: the entry has both, as in kubectl. */
function materialOf(what: string, fields: Fields, folder: string, field: string): Material | null {
  const text = textOf(what, fields)
  const [file, data] = [text(field), text(`${field}-data`)]
  if (file !== null && data !== null) throw new KubeconfigError(`${what} has both ${field} and ${field}-data`)
  if (data !== null) return { data: Buffer.from(data, 'base64').toString('utf8') }
  return file === null ? null : { file: resolve(folder, file) }
}

function readImpersonation(what: string, fields: Fields): Impersonation | null {
  const text = textOf(what, fields)
  const [user, uid] = [text('as'), text('as-uid')]
  const groups = (fields['as-groups'] ?? []) as unknown
  const extra = (fields['as-user-extra'] ?? {}) as unknown
  if (!isTexts(groups)) throw new KubeconfigError(`as-groups of ${what} is not a list of names`)
  if (typeof extra !== 'object' || extra === null || !Object.values(extra).every(isTexts))
    throw new KubeconfigError(`as-user-extra of ${what} is not a map of lists`)
  if (user !== null) return { user, uid, groups, extra: extra as Record<string, string[]> }
  if (uid === null && groups.length === 0 && Object.keys(extra).length === 0) return null
  throw new KubeconfigError(
    `${what} asks for the UID, groups or extra fields of another user without naming one in "as"`,
  )
}

/** Reads a boolean; false if it is missing. Errors: it is neither true nor false. */
function readBoolean(what: string, fields: Fields, field: string): boolean {
  const value = fields[field] ?? false
  if (typeof value === 'boolean') return value
  throw new KubeconfigError(`${field} of ${what} is neither true nor false`)
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

function refuseUnknown(what: string, fields: Fields, known: string[]): void {
  const unknown = Object.keys(fields).filter((field) => !known.includes(field))
  if (unknown.length === 0) return
  throw new KubeconfigError(
    `${what} has fields that meshdrill does not know: ${printable(unknown.join(', '))}. They may change who asks, or whom. Next: remove them`,
  )
}

function extensionOf({ extensions }: Fields, name: string): unknown {
  const list = Array.isArray(extensions) ? (extensions as { name?: string; extension?: unknown }[]) : []
  return list.find((one) => one.name === name)?.extension ?? null
}
