import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Stands in for Playwright's `test` while mutants are tried: it keeps the tests, so that this process can run them as often as
 * needed. Fixtures are set up in the order in which they are written, whether a test uses them or not. `expect` is Playwright's own.
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

type Fixture = (fixtures: object, use: (value: unknown) => Promise<void>) => Promise<void>
type Fixtures = Record<string, Fixture | [Fixture, { scope?: 'worker' | 'test' }]>

/** Fixtures that last as long as this process. */
const lasting = new Map<Fixture, { value: unknown; end: () => Promise<void> }>()

/** Ends the fixtures that last as long as this process. */
export async function endFixtures(): Promise<void> {
  for (const { end } of [...lasting.values()].toReversed()) await end()
  lasting.clear()
}

/** Starts a fixture, unless it has started. It goes on until `endFixtures`. */
async function startLasting(fixture: Fixture, fixtures: object): Promise<unknown> {
  const known = lasting.get(fixture)
  if (known !== undefined) return known.value
  return new Promise((started, failed) => {
    const ended = fixture(fixtures, (value) => {
      return new Promise((end) => {
        lasting.set(fixture, {
          value,
          end: () => {
            end()
            return ended
          },
        })
        started(value)
      })
    })
    ended.catch(failed)
  })
}

/** Runs a test with the values of its fixtures. */
async function runWith([first, ...others]: [string, Fixtures[string]][], body: Body, values: object): Promise<void> {
  if (first === undefined) {
    await body(values, infoOf())
    return
  }
  const [name, declared] = first
  const [fixture, { scope = 'test' }] = Array.isArray(declared) ? declared : [declared, {}]
  const go = (value: unknown) => runWith(others, body, { ...values, [name]: value })
  if (scope === 'worker') await go(await startLasting(fixture, values))
  else await fixture(values, go)
}

/** A test that cannot run on this machine notices nothing. */
class Skipped extends Error {}

function passSkipped(error: unknown): void {
  if (!(error instanceof Skipped)) throw error
}

/** A `test` whose tests get these fixtures. Those of the worker go first, as others need them. */
const testWith = (fixtures: Fixtures) => {
  const declared = Object.entries(fixtures)
  const isLasting = ([, one]: (typeof declared)[number]) => Array.isArray(one) && one[1].scope === 'worker'
  const inOrder = [...declared.filter(isLasting), ...declared.filter((one) => !isLasting(one))]
  return Object.assign(
    (title: string, body: Body): void => {
      loading.spec.tests.push({
        name: [...loading.groups, title].join(' › '),
        body: () => runWith(inOrder, body, {}).catch(passSkipped),
      })
    },
    {
      describe: Object.assign(describe, { configure: (): void => undefined }),
      beforeAll: (body: Body): void => {
        loading.spec.setUp.push(body)
      },
      extend: (more: Fixtures): ReturnType<typeof testWith> => testWith({ ...fixtures, ...more }),
      skip: (isSkipped: boolean): void => {
        if (isSkipped) throw new Skipped()
      },
      info: infoOf,
    },
  )
}

export const test = testWith({})
