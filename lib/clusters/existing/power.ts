import type { NodePower } from '../../lab/cluster.ts'
import { messageOf } from '../../system/message-of.ts'
import { ProgramError, run } from '../../system/run.ts'
import type { ExistingOptions } from './options.ts'

export const HOW_TO_CUT =
  "the user has not said how. Next: MESHDRILL_STOP_NODE='<command with {node}>' and MESHDRILL_START_NODE='<command with {node}>'"

const TIMEOUT_MS = 120_000

/** Stops and starts nodes by the user's commands in a shell. Whether a node is off is observed, not taken from their exit code. */
export function powerBy(commands: NonNullable<ExistingOptions['power']>): NodePower {
  return {
    stopNode: (name) => runFor(commands.stop, name),
    startNode: (name) => runFor(commands.start, name),
  }
}

async function runFor(command: string, node: string): Promise<void> {
  // The name becomes part of a shell command, so only names that the API server accepts are allowed.
  if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(node)) throw new Error(`"${node}" is not the name of a node`)
  const line = command.replaceAll('{node}', node)
  try {
    await run('/bin/sh', ['-c', line], { timeoutMs: TIMEOUT_MS })
  } catch (error) {
    const said = error instanceof ProgramError ? error.stderr.trim() : ''
    throw new Error(`${line}: ${said || messageOf(error)}`, { cause: error })
  }
}
