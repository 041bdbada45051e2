import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tamperProblem } from '../clusters/embedded/toolchain/trust.ts'
import type { Environment } from '../system/environment.ts'

/** Where Playwright keeps what it compiled: chosen by these variables, or a folder of the system's temporary directory. */
export const transformCache = (environment: Environment = process.env, user = process.geteuid?.() ?? 0): string =>
  environment.PLAYWRIGHT_TRANSFORM_CACHE_DIR ??
  environment.PWTEST_CACHE_DIR ??
  join(tmpdir(), `playwright-transform-cache-${user}`)

/**
 * Errors: this is root, and others may change what Playwright compiled, which is what runs. Playwright has compiled its own
 * configuration by then: where somebody may have planted that, PLAYWRIGHT_TRANSFORM_CACHE_DIR names another folder.
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
