import { findOtherCluster, readLicense } from '../components/kubestash/license.ts'
import type { Terms } from '../lab/terms.ts'
import { messageOf } from '../system/file-error.ts'
import type { Environment } from '../system/environment.ts'
import { readOptions } from './option.ts'
import { termsOptions } from './options.ts'

/**
 * Reads what only the user can give: licences. Problems go to `problem`. `uid` is the cluster that the
 * user has confirmed; null if none is known yet.
 */
export function readTerms(env: Environment, problem: (text: string) => void, uid: string | null): Terms {
  const { stashLicense } = readOptions(termsOptions, env, problem)
  if (stashLicense !== null) checkLicense(stashLicense, problem, uid)
  return { stashLicense }
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
