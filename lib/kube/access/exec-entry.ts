import { printable } from '../../output/printable.ts'
import { commandIn, KubeconfigError, textOf, type Fields } from './fields.ts'

/** A program that returns credentials (client.authentication.k8s.io), as a kubeconfig describes it. */
export interface ExecPlugin {
  apiVersion: string
  command: string
  args: string[]
  env: { name: string; value: string }[]
  installHint: string | null
  /** Whether it is told of the cluster. */
  getsCluster: boolean
  interactiveMode: 'Never' | 'IfAvailable'
}

const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']

export function readPlugin(what: string, entry: unknown, folder: string): ExecPlugin {
  const fields = entry as Fields
  const text = textOf(`the exec plugin of ${what}`, fields)
  const [command, apiVersion] = [text('command'), text('apiVersion')]
  if (command === null) throw new KubeconfigError(`the exec plugin of ${what} has no command`)
  if (apiVersion === null || !VERSIONS.includes(apiVersion))
    throw new KubeconfigError(
      `the exec plugin "${printable(command)}" of ${what} has apiVersion "${printable(apiVersion ?? '')}"; one of ${VERSIONS.join(', ')} is needed`,
    )
  const mode = text('interactiveMode') ?? 'IfAvailable'
  if (mode === 'Always')
    throw new KubeconfigError(
      `the exec plugin "${printable(command)}" of ${what} asks its user (interactiveMode Always), and drills run without one. Next: a plugin that logs in beforehand`,
    )
  if (mode !== 'Never' && mode !== 'IfAvailable')
    throw new KubeconfigError(`the exec plugin of ${what} has an unknown interactiveMode`)
  return {
    ...{ apiVersion, interactiveMode: mode },
    command: commandIn(folder, command),
    args: ((fields.args ?? []) as unknown[]).map(String),
    env: (fields.env ?? []) as { name: string; value: string }[],
    installHint: text('installHint'),
    getsCluster: fields.provideClusterInfo === true,
  }
}
