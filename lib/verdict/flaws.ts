import { CONTROL_PREFIX, type Code } from './result.ts'
import { type Part } from './answer.ts'

/** A way in which a backup tool is broken on purpose. */
export interface Flaw {
  /** What the tool does, as the rest of a sentence after "a tool that". */
  behaviour: string
  /**
   * The verdict must fail the tool with one of these codes. Null for a flaw from another version of meshdrill: any code
   * will do.
   */
  because: readonly Code[] | null
}

/**
 * Flaws of backup tools that are broken on purpose. Each tool reports success like a working tool. The verdict must
 * fail each of them, or a pass of any tool proves nothing.
 */
export const FLAWS = {
  'backs-up-nothing': { behaviour: 'backs up nothing and reports Completed', because: ['integrity.lost'] },
  'drops-files': { behaviour: 'drops every hundredth file', because: ['integrity.lost'] },
  'flips-bits': { behaviour: 'flips bits of one byte', because: ['integrity.flipped'] },
  'restores-yesterday': { behaviour: "restores yesterday's data", because: ['freshness.older-backup'] },
  'restores-elsewhere': { behaviour: 'restores into the wrong volume', because: ['integrity.lost'] },
  'mixes-two-moments': { behaviour: 'mixes two points in time', because: ['point-in-time.mixed'] },
  'says-done-too-early': { behaviour: 'reports that a backup is done before it is', because: ['integrity.lost'] },
  'restores-late': {
    behaviour: 'is slow beyond the objective',
    because: ['rto.over-objective', 'rto.over-objective-at-least'],
  },
  'says-restored-too-early': {
    behaviour: 'reports that a restore is done before it is',
    because: ['restore.before-claim'],
  },
  'fails-open': {
    behaviour: 'restores a service without the policy of its mesh',
    because: ['policy.failed-open'],
  },
} as const satisfies Record<string, Flaw>

export type FlawName = keyof typeof FLAWS

/** The name of a tool that has the flaw, in facts and results. */
export const controlName = (flaw: FlawName): string => `${CONTROL_PREFIX}${flaw}`

/** The flaw of a tool by its name; null for a tool that is not broken on purpose. */
export function flawOf(tool: string | null): Flaw | null {
  if (!tool?.startsWith(CONTROL_PREFIX)) return null
  const flaw = tool.slice(CONTROL_PREFIX.length)
  return flaw in FLAWS ? FLAWS[flaw as FlawName] : { behaviour: flaw.replaceAll('-', ' '), because: null }
}

/** The part of a verdict that failed the tool because of its flaw. Undefined if there is none. */
export const findPartOf = ({ because }: Flaw, parts: readonly Part[]): Part | undefined =>
  parts.find(({ verdict, code }) => verdict === 'fail' && (because === null || because.includes(code)))
