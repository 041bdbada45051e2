import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tamperProblem } from '../clusters/embedded/toolchain/trust.ts'
import type { Environment } from '../system/environment.ts'

/** Playwright's cache of compiled code: one of these variables, or a folder in the system's temporary directory. */
export const transformCache = (environment: Environment = process.env, user = process.geteuid?.() ?? 0): string =>
  environment.PLAYWRIGHT_TRANSFORM_CACHE_DIR ??
  environment.PWTEST_CACHE_DIR ??
  join(tmpdir(), `playwright-transform-cache-${user}`)

/**
 * Throws if this process is root and other users may change the compiled code that it will run. Playwright has already loaded
 * its configuration from that cache. On machines where that matters, PLAYWRIGHT_TRANSFORM_CACHE_DIR sets another folder.
 */
export async function requireOwnTransformCache(
  environment: Environment = process.env,
  user = process.geteuid?.() ?? 0,
): Promise<void> {
  if (user !== 0) return
  const folder = transformCache(environment, user)
  const problem = await tamperProblem(folder)
  if (problem === null) return
  throw new Error(
    `Nothing is run: Playwright keeps compiled code in "${folder}", and ${problem}, or PLAYWRIGHT_TRANSFORM_CACHE_DIR=node_modules/.cache/playwright npx playwright test`,
  )
}
