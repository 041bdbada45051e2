import { CONTROL_PREFIX } from './result.ts'

/** A way in which a backup tool is broken on purpose. */
export interface Flaw {
  /** What the tool does, in words. */
  says: string
  /** What it must be failed for: one of a drill's reasons must match. */
  because: RegExp
}

/**
 * Backup tools that are broken on purpose, by their flaw. Each says of itself what a tool would that works, and each must be
 * failed, or a pass of any tool means nothing.
 */
export const FLAWS = {
  'backs-up-nothing': { says: 'backs up nothing and says Completed', because: /\d findings, first lost/ },
  'drops-files': {
    says: 'drops every hundredth file',
    because: /\d findings, first lost in "segment-\d+" at 0: slots \d+-\d+: its file is not there/,
  },
  'flips-bits': { says: 'flips bits of one byte', because: /^1 findings, first flipped in "segment-\d+"/ },
  'restores-yesterday': {
    says: "restores yesterday's data",
    because: /acknowledged .* before backup ".*" was requested is not there/,
  },
  'restores-elsewhere': { says: 'restores into the wrong volume', because: /\d findings, first lost/ },
  'mixes-two-moments': { says: 'mixes two points in time', because: /^what was restored is of no one moment: / },
  'says-done-too-early': {
    says: 'says that a backup is done before it is',
    because: /\d findings, first lost/,
  },
  'restores-late': { says: 'is slow beyond the objective', because: /^RTO .* (exceeds|over) the objective of / },
  'says-restored-too-early': {
    says: 'says that a restore is done before it is',
    because: /^restore of ".*" says "Completed" before its claim was there/,
  },
} as const satisfies Record<string, Flaw>

export type FlawName = keyof typeof FLAWS

/** The name of a tool that has the flaw, in facts and results. */
export const controlName = (flaw: FlawName): string => `${CONTROL_PREFIX}${flaw}`

/** The flaw of a tool by its name; null of one that is not broken on purpose. */
export function flawOf(tool: string | null): Flaw | null {
  if (!tool?.startsWith(CONTROL_PREFIX)) return null
  const flaw = tool.slice(CONTROL_PREFIX.length)
  // Of another version of meshdrill: whatever it does, it must be failed.
  return flaw in FLAWS ? FLAWS[flaw as FlawName] : { says: flaw.replaceAll('-', ' '), because: /./ }
}
