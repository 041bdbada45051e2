import { findOtherCluster, readLicense } from '../components/kubestash/license.ts'
import type { Eula, Terms } from '../lab/terms.ts'
import { messageOf } from '../system/file-error.ts'
import { type Environment, readVariable } from '../system/environment.ts'
import { readOptions, variableOf } from './option.ts'
import { termsOptions } from './options.ts'

/**
 * Reads what only the user can give: licences and accepted agreements. Problems go to `problem`. `uid` is the cluster that the
 * user has confirmed; null if none is known yet.
 */
export function readTerms(env: Environment, problem: (text: string) => void, uid: string | null): Terms {
  const { stashLicense, ...k10 } = readOptions(termsOptions, env, problem)
  if (stashLicense !== null) checkLicense(stashLicense, problem, uid)
  return { stashLicense, k10Eula: readEula(k10, env, problem) }
}

function checkLicense(file: string, problem: (text: string) => void, uid: string | null): void {
  try {
    const license = readLicense(file)
    const other = uid === null ? null : findOtherCluster(file, license, uid)
    if (other !== null) problem(`MESHDRILL_STASH_LICENSE: ${other}`)
  } catch (error) {
    problem(`MESHDRILL_STASH_LICENSE: ${messageOf(error)}`)
  }
}

type K10 = { k10Eula: 'accept' | null; k10Company: string | null; k10Email: string | null }

/** An agreement is accepted by somebody: all three values are set, or none. */
function readEula(
  { k10Eula, k10Company, k10Email }: K10,
  env: Environment,
  problem: (text: string) => void,
): Eula | null {
  const variables = (['k10Eula', 'k10Company', 'k10Email'] as const).map(variableOf)
  const missing = variables.filter((variable) => readVariable(env, variable) === null)
  if (missing.length > 0 && missing.length < variables.length)
    problem(`MESHDRILL_K10_*: ${missing.join(', ')} must be set too`)
  if (k10Eula === null || k10Company === null || k10Email === null) return null
  return { company: k10Company, email: k10Email }
}
