import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * What stands in for Playwright's `test` while mutants are tried: tests are kept, to be run in this process as often as it
 * takes. A spec whose tests take fixtures cannot be loaded with it. `expect` is Playwright's own.
 */
export { expect } from 'playwright/test'

type Body = (fixtures: object, info?: ReturnType<typeof infoOf>) => unknown

const infoOf = () => ({
  outputPath: (...path: string[]): string => join(mkdtempSync(join(tmpdir(), 'meshdrill-mutation-')), ...path),
})

export interface LoadedSpec {
  file: string
  tests: { name: string; body: Body }[]
  /** What must be done once before the tests. */
  setUp: Body[]
}

/** The spec that is being loaded, and the groups around the next test: a module that is imported has no other place to leave them. */
const loading: { spec: LoadedSpec; groups: string[] } = { spec: { file: '', tests: [], setUp: [] }, groups: [] }

/** The tests that a module defines. */
export async function loadSpec(file: string): Promise<LoadedSpec> {
  loading.spec = { file, tests: [], setUp: [] }
  await import(file)
  return loading.spec
}

function describe(title: string, define: () => void): void {
  loading.groups.push(title)
  define()
  loading.groups.pop()
}

export const test = Object.assign(
  (title: string, body: Body): void => {
    loading.spec.tests.push({
      name: [...loading.groups, title].join(' › '),
      body: (fixtures) => body(fixtures, infoOf()),
    })
  },
  {
    describe: Object.assign(describe, { configure: (): void => undefined }),
    beforeAll: (body: Body): void => {
      loading.spec.setUp.push(body)
    },
    info: infoOf,
  },
)
