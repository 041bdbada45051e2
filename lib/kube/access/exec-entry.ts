import { printable } from '../../output/shorten.ts'
import { commandIn, KubeconfigError, textOf, type Fields } from './fields.ts'

/** A program of a kubeconfig that returns credentials (client.authentication.k8s.io). */
export interface ExecPlugin {
  apiVersion: string
  command: string
  args: string[]
  env: { name: string; value: string }[]
  installHint: string | null
  /** Whether it gets the cluster's entry in KUBERNETES_EXEC_INFO. */
  getsCluster: boolean
  interactiveMode: 'Never' | 'IfAvailable'
}

const V1 = 'client.authentication.k8s.io/v1'
const VERSIONS = [V1, 'client.authentication.k8s.io/v1beta1']

export function readPlugin(what: string, entry: unknown, folder: string): ExecPlugin {
  const fields = entry as Fields
  const text = textOf(`the exec plugin of ${what}`, fields)
  const [command, apiVersion] = [text('command'), text('apiVersion')]
  if (command === null) throw new KubeconfigError(`the exec plugin of ${what} has no command`)
  if (apiVersion === null || !VERSIONS.includes(apiVersion))
    throw new KubeconfigError(
      `the exec plugin "${printable(command)}" of ${what} has apiVersion "${printable(apiVersion ?? '')}"; one of ${VERSIONS.join(', ')} is needed`,
    )
  const mode = text('interactiveMode') ?? (apiVersion === V1 ? null : 'IfAvailable')
  if (mode === 'Always')
    throw new KubeconfigError(
      `the exec plugin "${printable(command)}" of ${what} needs input from a user (interactiveMode Always), but drills run unattended. Next: use a plugin that logs in beforehand`,
    )
  if (mode !== 'Never' && mode !== 'IfAvailable')
    throw new KubeconfigError(
      `the exec plugin "${printable(command)}" of ${what} must have interactiveMode Never or IfAvailable`,
    )
  return {
    ...{ apiVersion, interactiveMode: mode },
    command: commandIn(folder, command),
    args: readList(what, 'args', fields.args).map((one) => readWord(what, 'args', one)),
    env: readList(what, 'env', fields.env).map((one) => readVariable(what, one)),
    installHint: text('installHint'),
    getsCluster: fields.provideClusterInfo === true,
  }
}

function readList(what: string, field: string, value: unknown): unknown[] {
  const list = value ?? []
  if (Array.isArray(list)) return list
  throw new KubeconfigError(`${field} of the exec plugin of ${what} is not a list`)
}

function readWord(what: string, field: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw new KubeconfigError(`${field} of the exec plugin of ${what} contains something that is not text`)
}

function readVariable(what: string, entry: unknown): { name: string; value: string } {
  const { name, value } = (entry ?? {}) as { name?: unknown; value?: unknown }
  if (name === undefined || name === '')
    throw new KubeconfigError(`env of the exec plugin of ${what} has a variable without a name`)
  return { name: readWord(what, 'env', name), value: readWord(what, 'env', value ?? '') }
}
