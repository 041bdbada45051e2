import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseAllDocuments, type DocumentOptions, type ParseOptions, type SchemaOptions, type Tags } from 'yaml'
import { codeOf } from '../../system/file-error.ts'
import { printable } from '../../output/shorten.ts'
import { readServer, readUser, type ServerEntry, type UserEntry } from './entries.ts'
import { KubeconfigError, type Fields } from './fields.ts'
import { protectSecret } from '../../output/secrets.ts'

/** Minimum length of a variable that may be a secret. Shorter values are usually names of profiles and regions. */
const MIN_SECRET_LENGTH = 20

/** Registers the secrets of a user, so they are redacted in everything that is printed or recorded. */
function protectUser({ token, basic, certificate, plugin }: UserEntry): void {
  if (token !== null) protectSecret(token)
  if (basic !== null) protectSecret(basic.password)
  if (certificate !== null && 'data' in certificate.key) protectSecret(certificate.key.data.trim())
  // Variables of a plugin may have secrets, such as a client secret.
  for (const { value } of plugin?.env ?? []) if (value.length >= MIN_SECRET_LENGTH) protectSecret(value)
}

/** A validated context of a kubeconfig: the API server and the user. */
export interface KubeAccess {
  context: string
  server: ServerEntry
  user: UserEntry
}

/** Entries of kubeconfig files by name, each with the folder of its file. The first file with an entry wins, as in kubectl. */
interface Kubeconfig {
  files: string[]
  contexts: Map<string, Entry>
  clusters: Map<string, Entry>
  users: Map<string, Entry>
  currentContext: string | null
}

/**
 * YAML 1.1, as in kubectl: `yes` is true, and `<<` merges the fields of another entry. Times stay text, also as in kubectl.
 */
const YAML: DocumentOptions & ParseOptions & SchemaOptions = {
  uniqueKeys: false,
  version: '1.1',
  customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !isTime(tag)),
}

const isTime = ({ tag, ...rest }: Tags[number] & object): boolean =>
  tag === 'tag:yaml.org,2002:timestamp' || ('format' in rest && rest.format === 'TIME')

interface Entry {
  folder: string
  fields: Fields
}

const KINDS = [
  ['contexts', 'context'],
  ['clusters', 'cluster'],
  ['users', 'user'],
] as const

/** Reads files as kubectl does: missing and empty files are skipped. Errors: an existing file is not a kubeconfig. */
export function readKubeconfig(files: string[]): Kubeconfig {
  const merged: Kubeconfig = {
    ...{ files: [], currentContext: null },
    ...{ contexts: new Map(), clusters: new Map(), users: new Map() },
  }
  for (const file of files) {
    const text = readIfExists(file)
    if (text === null) continue
    merged.files.push(file)
    const document = parseFile(file, text)
    merged.currentContext ??= textOrNull(document['current-context'])
    for (const [kind, field] of KINDS) {
      for (const [name, fields] of namedEntries(file, document[kind], field)) {
        if (!merged[kind].has(name)) merged[kind].set(name, { folder: dirname(resolve(file)), fields })
      }
    }
  }
  return merged
}

/** A context with its cluster and user; null if the context does not exist. Errors: cluster or user is missing or invalid. */
export function accessOf(kubeconfig: Kubeconfig, name: string): KubeAccess | null {
  const context = kubeconfig.contexts.get(name)
  if (context === undefined) return null
  const named = (field: string): string => textOrNull(context.fields[field]) ?? ''
  const find = (kind: 'clusters' | 'users', field: string): Entry => {
    const entry = kubeconfig[kind].get(named(field))
    if (entry !== undefined) return entry
    throw new KubeconfigError(
      `Context "${printable(name)}" names ${field} "${printable(named(field))}", which its kubeconfig does not have`,
    )
  }
  const cluster = find('clusters', 'cluster')
  // A context without a user is anonymous. A server may allow that.
  const user = named('user') === '' ? { fields: {}, folder: '' } : find('users', 'user')
  const server = readServer(named('cluster'), cluster.fields, cluster.folder)
  const access = { context: name, server, user: readUser(named('user'), user.fields, user.folder) }
  protectUser(access.user)
  return access
}

/** Reads the current context of one kubeconfig file, for example one that meshdrill wrote. */
export function readAccess(file: string): KubeAccess {
  const kubeconfig = readKubeconfig([file])
  const access = accessOf(kubeconfig, kubeconfig.currentContext ?? '')
  if (access !== null) return access
  throw new KubeconfigError(
    kubeconfig.files.length === 0
      ? `Kubeconfig "${file}" does not exist (ENOENT)`
      : `"${file}" has no context "${printable(kubeconfig.currentContext ?? '')}"`,
  )
}

function readIfExists(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw new KubeconfigError(`The kubeconfig "${file}" cannot be read (${codeOf(error) ?? 'unknown error'})`, {
      cause: error,
    })
  }
}

function parseFile(file: string, text: string): Fields {
  const [document] = parseAllDocuments(text, YAML)
  const [error] = document === undefined || !('errors' in document) ? [] : document.errors
  const content: unknown = document === undefined || !('toJS' in document) ? null : document.toJS()
  if (error === undefined && content === null) return {}
  if (error === undefined && typeof content === 'object' && !Array.isArray(content)) {
    requireKind(file, content as Fields)
    return content as Fields
  }
  throw new KubeconfigError(
    `"${file}" is not a kubeconfig${error === undefined ? '' : `: ${printable(error.message)}`}`,
  )
}

/** Checks apiVersion and kind. Both are optional, as in kubectl. */
function requireKind(file: string, { apiVersion, kind }: Fields): void {
  if (
    [undefined, null, '', 'v1'].includes(apiVersion as string) &&
    [undefined, null, '', 'Config'].includes(kind as string)
  )
    return
  throw new KubeconfigError(`"${file}" is not a kubeconfig: its kind is not Config of v1`)
}

function namedEntries(file: string, list: unknown, field: string): [string, Fields][] {
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) throw new KubeconfigError(`"${file}" is not a kubeconfig: ${field}s are not a list`)
  const entries = (list as (Fields | null)[]).map((one): [string, Fields] => {
    const name = textOrNull(one?.name)
    if (name === null) throw new KubeconfigError(`"${file}" has a ${field} without a name`)
    return [name, (one?.[field] ?? {}) as Fields]
  })
  const twice = entries.find(([name], index) => entries.findIndex(([other]) => other === name) !== index)
  if (twice === undefined) return entries
  throw new KubeconfigError(`"${file}" has two entries of ${field} "${printable(twice[0])}"`)
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
