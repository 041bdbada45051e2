import { spawnSync } from 'node:child_process'

const TYPESCRIPT = new URL('../../lib/system/typescript.js', import.meta.url).href

/** Runs the text of a module that may import TypeScript of this project, and resolves with what it printed. */
export const runScript = (script: string, env: NodeJS.ProcessEnv = process.env) =>
  spawnSync(process.execPath, ['--import', TYPESCRIPT, '--input-type=module', '-e', script], { env, encoding: 'utf8' })
