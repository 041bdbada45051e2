import { shortenMiddle } from '../../output/shorten.ts'
import type { ProgramPin } from '../../lab/published.ts'
import { programs } from './catalog.ts'
import { ProgramError, run } from '../../system/run.ts'

/** A program found in PATH, whose version will do. Errors: it is not there or of another version, with what to do. */
export async function findProgram(name: string): Promise<string> {
  const pin = programs[name]
  if (pin === undefined) throw new Error(`no program "${name}"; there are ${Object.keys(programs).join(', ')}`)
  const said = await ask(name, pin)
  if (!versionServes(pin, said)) {
    const wanted = pin.exact ? `${pin.version}.x` : `${pin.version} or later`
    throw new Error(
      `"${name}" in PATH says ${JSON.stringify(shortenMiddle(said, 200))}; needed is ${wanted}. Next: ${pin.install}`,
    )
  }
  return name
}

async function ask(name: string, pin: ProgramPin): Promise<string> {
  try {
    return (await run(name, pin.ask, { timeoutMs: 20_000 })).trim()
  } catch (error) {
    const missing = error instanceof ProgramError && error.isMissing
    const what = missing ? `there is no "${name}" in PATH` : `"${name} ${pin.ask.join(' ')}" failed: ${String(error)}`
    throw new Error(`${what}. Next: ${pin.install}`, { cause: error })
  }
}

/** Whether the first version in what a program says is one that will do. */
export function versionServes({ version, exact }: ProgramPin, said: string): boolean {
  const found = /(\d+)\.(\d+)(?:\.\d+)?/.exec(said)
  if (found === null) return false
  const [major, minor] = [Number(found[1]), Number(found[2])]
  const [wantedMajor = 0, wantedMinor = 0] = version.split('.').map(Number)
  if (exact) return major === wantedMajor && minor === wantedMinor
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}
