import { CONTROL_PREFIX, type Code } from './result.ts'
import { type Part } from './answer.ts'

/** A way in which a backup tool is broken on purpose. */
export interface Flaw {
  /** What the tool does, in words. */
  says: string
  /** The tool must be failed for one of these. Null for a flaw of another version of meshdrill: any reason will do. */
  because: readonly Code[] | null
}

/**
 * Backup tools that are broken on purpose, by their flaw. Each reports what a working tool would report, and each must be
 * failed, or a pass of any tool means nothing.
 */
export const FLAWS = {
  'backs-up-nothing': { says: 'backs up nothing and says Completed', because: ['integrity.lost'] },
  'drops-files': { says: 'drops every hundredth file', because: ['integrity.lost'] },
  'flips-bits': { says: 'flips bits of one byte', because: ['integrity.flipped'] },
  'restores-yesterday': { says: "restores yesterday's data", because: ['freshness.older-backup'] },
  'restores-elsewhere': { says: 'restores into the wrong volume', because: ['integrity.lost'] },
  'mixes-two-moments': { says: 'mixes two points in time', because: ['point-in-time.mixed'] },
  'says-done-too-early': { says: 'says that a backup is done before it is', because: ['integrity.lost'] },
  'restores-late': {
    says: 'is slow beyond the objective',
    because: ['rto.over-objective', 'rto.over-objective-at-least'],
  },
  'says-restored-too-early': {
    says: 'says that a restore is done before it is',
    because: ['restore.before-claim'],
  },
} as const satisfies Record<string, Flaw>

export type FlawName = keyof typeof FLAWS

/** The name of a tool that has the flaw, in facts and results. */
export const controlName = (flaw: FlawName): string => `${CONTROL_PREFIX}${flaw}`

/** The flaw of a tool by its name; null for a tool that is not broken on purpose. */
export function flawOf(tool: string | null): Flaw | null {
  if (!tool?.startsWith(CONTROL_PREFIX)) return null
  const flaw = tool.slice(CONTROL_PREFIX.length)
  return flaw in FLAWS ? FLAWS[flaw as FlawName] : { says: flaw.replaceAll('-', ' '), because: null }
}

/** The part of a verdict that failed a tool for its flaw; undefined if it was not failed for it. */
export const findPartOf = ({ because }: Flaw, parts: readonly Part[]): Part | undefined =>
  parts.find(({ verdict, code }) => verdict === 'fail' && (because === null || because.includes(code)))
