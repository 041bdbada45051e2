import { readConfig } from '../config/config.ts'
import { applyConfigFile } from '../config/file.ts'
import { attachLab } from './create-lab.ts'
import { replayUndos } from '../faults/undo/replay.ts'
import { writeLine, printUncaughtErrors } from '../output/print.ts'
import { ensureRunUid } from '../record/run-folder.ts'
import { tearDown } from '../clusters/embedded/teardown.ts'
import { providerOf } from './providers.ts'

printUncaughtErrors()
ensureRunUid(process.env)
const log = (line: string): void => {
  writeLine('stdout', line)
}
await applyConfigFile(process.env, process.cwd(), log)
const config = readConfig(process.env)
const provider = providerOf(config)

/** Restores an existing cluster, its nodes and its Secrets after a drill that was killed. */
async function undoAndEnd(): Promise<string[]> {
  const found = await provider.find()
  if (found === null) return []
  if (config.cluster === 'existing') await replayUndos(await attachLab(config, log))
  return found.end()
}

// The remains of a lab on this machine are removed even if its own state is damaged.
const found = config.cluster === 'embedded' ? await tearDown() : await undoAndEnd()
writeLine('stdout', found.length === 0 ? 'There was no lab.' : `The lab is gone: ${found.join(', ')}.`)
