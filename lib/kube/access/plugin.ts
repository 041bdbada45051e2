import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join, sep } from 'node:path'
import { readVariable } from '../../system/environment.ts'
import { codeOf } from '../../system/file-error.ts'
import { printable } from '../../output/shorten.ts'
import type { ServerEntry } from './entries.ts'
import type { ExecPlugin } from './exec-entry.ts'
import { KubeconfigError } from './fields.ts'

/** The credential that an exec plugin returned. */
export interface PluginCredential {
  token: string | null
  certificate: { cert: string; key: string } | null
  /** Null if the credential has no expiry. */
  expiresMs: number | null
}

const TIMEOUT_MS = 60_000

/** Runs an exec plugin as kubectl does. Errors: it is missing (with its hint), it failed, or its output is invalid. */
export async function runPlugin(plugin: ExecPlugin, user: string, server: ServerEntry): Promise<PluginCredential> {
  const what = `the exec plugin "${printable(plugin.command)}" of user "${printable(user)}"`
  const spec = { interactive: false, ...(plugin.getsCluster ? { cluster: clusterFor(server) } : {}) }
  const info = { kind: 'ExecCredential', apiVersion: plugin.apiVersion, spec }
  const given = Object.fromEntries(plugin.env.map(({ name, value }) => [name, value]))
  const env = { ...process.env, ...given, KUBERNETES_EXEC_INFO: JSON.stringify(info) }
  const program = programOf(plugin)
  if (program === null) throw new KubeconfigError(explainMissing(what, plugin))
  const text = await new Promise<string>((resolve, reject) => {
    const child = execFile(program, plugin.args, { env, timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new KubeconfigError(explainFailure(what, plugin, error, stderr), { cause: error }))
    })
    child.stdin?.end()
  })
  return parseCredential(what, plugin, text)
}

/** Path of a plugin's program, from the PATH of this process, as in kubectl. A PATH in the plugin's entry is not used here. */
function programOf({ command }: ExecPlugin): string | null {
  if (command.includes(sep)) return command
  const folders = (readVariable(process.env, 'PATH') ?? '').split(delimiter).filter(isAbsolute)
  return folders.map((folder) => join(folder, command)).find(isProgram) ?? null
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // The file is missing or not executable. The next folder may have it.
    return false
  }
}

const hintOf = ({ installHint }: ExecPlugin): string => (installHint === null ? '' : ` Next: ${printable(installHint)}`)

const explainMissing = (what: string, plugin: ExecPlugin): string =>
  `${what} was not found.${hintOf(plugin) || ' Next: install it, or add its folder to PATH'}`

function explainFailure(what: string, plugin: ExecPlugin, error: Error, stderr: string): string {
  const hint = hintOf(plugin)
  if (codeOf(error) === 'ENOENT') return explainMissing(what, plugin)
  if (codeOf(error) === 'EACCES') return `${what} cannot be run: permission is missing.`
  const message = printable(stderr.trim().slice(-500))
  return `${what} failed: ${message === '' ? 'it printed no error' : message}.${hint}`
}

function clusterFor(server: ServerEntry): object {
  const { url, ca, insecure, tlsName, proxy, isUncompressed, pluginConfig } = server
  return {
    server: url,
    ...(tlsName === null ? {} : { 'tls-server-name': tlsName }),
    ...(insecure ? { 'insecure-skip-tls-verify': true } : {}),
    ...(ca === null ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
    ...(proxy === null ? {} : { 'proxy-url': proxy }),
    ...(isUncompressed ? { 'disable-compression': true } : {}),
    config: pluginConfig,
  }
}

interface ExecCredential {
  apiVersion?: string
  kind?: string
  status?: { token?: string; clientCertificateData?: string; clientKeyData?: string; expirationTimestamp?: string }
}

function parseCredential(what: string, { apiVersion }: ExecPlugin, text: string): PluginCredential {
  let answer: ExecCredential | null
  try {
    answer = JSON.parse(text) as ExecCredential | null
  } catch (error) {
    throw new KubeconfigError(`${what} printed no JSON`, { cause: error })
  }
  const { kind, status } = answer ?? {}
  if (kind !== 'ExecCredential' || answer?.apiVersion !== apiVersion)
    throw new KubeconfigError(`${what} printed no ExecCredential of ${apiVersion}`)
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = status ?? {}
  if (!token && !(cert && key))
    throw new KubeconfigError(`${what} returned neither a token nor a certificate with its key`)
  if (!cert !== !key) throw new KubeconfigError(`${what} returned a certificate or a key, and not the other`)
  const expiresMs = expirationTimestamp === undefined ? null : Date.parse(expirationTimestamp)
  if (expiresMs !== null && Number.isNaN(expiresMs))
    throw new KubeconfigError(`${what} returned an expirationTimestamp that is not a time`)
  return { token: token ?? null, certificate: cert && key ? { cert, key } : null, expiresMs }
}
