import { fileURLToPath } from 'node:url'
import { compileProgram } from '../../lib/system/compile.ts'

/** Programs that many tests start: compiled, one takes less CPU time. */
const PROGRAMS = ['clusters/existing/lease/keeper.main.ts']

export default async function setUp(): Promise<void> {
  for (const program of PROGRAMS) await compileProgram(fileURLToPath(new URL(`../../lib/${program}`, import.meta.url)))
}
