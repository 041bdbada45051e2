import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import type { GoProgram } from '../../../lab/built.ts'
import { replaceFile } from '../../../system/replace-file.ts'

type Timed = Pick<GoProgram, 'coldSeconds'>

/** How long builds take on this machine, learned from those that are done. Durations in seconds. */
export interface Pace {
  /** Expected duration of one build. */
  expect(program: Timed): number
  /** Expected time until all of them are built, if the first has run for `elapsedSeconds`. */
  expectRest(left: readonly Timed[], elapsedSeconds: number): number
  /** Learns from a build that is done. */
  learn(program: Timed, tookSeconds: number): void
}

/** `coldSeconds` were measured on this number of cores. */
const MEASURED_CORES = 2
/** The earlier pace counts as much as a build of this length: the first real build of a run outweighs it. */
const PRIOR_SECONDS = 5

const file = z.object({ secondsPerColdSecond: z.number().positive() })

/** `path`: a file in the user's cache folder, where the pace is kept for later runs. A missing or damaged file is made again. */
export function readPace(path: string, cores = availableParallelism()): Pace {
  let took = PRIOR_SECONDS * (readFile(path) ?? MEASURED_CORES / cores)
  let cold = PRIOR_SECONDS
  const expect = ({ coldSeconds }: Timed): number => (coldSeconds * took) / cold
  return {
    expect,
    expectRest: ([first, ...later], elapsedSeconds) =>
      first === undefined
        ? 0
        : later.reduce((sum, program) => sum + expect(program), Math.max(0, expect(first) - elapsedSeconds)),
    learn({ coldSeconds }, tookSeconds) {
      took += tookSeconds
      cold += coldSeconds
      const learned: z.infer<typeof file> = { secondsPerColdSecond: took / cold }
      replaceFile(path, JSON.stringify(learned))
    },
  }
}

function readFile(path: string): number | null {
  try {
    return file.parse(JSON.parse(readFileSync(path, 'utf8'))).secondsPerColdSecond
  } catch {
    return null
  }
}

const CELLS = 20

/** '━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌ 42 s of about 84 s'. */
export function renderBar(elapsedSeconds: number, expectedSeconds: number): string {
  const done = Math.min(CELLS, Math.floor((elapsedSeconds / Math.max(1, expectedSeconds)) * CELLS))
  return `${'━'.repeat(done)}${'╌'.repeat(CELLS - done)} ${elapsedSeconds} s of about ${Math.ceil(expectedSeconds)} s`
}
