/** A corruption as it was done, and what a check made of it. */
export interface Struck {
  name: string
  where: string
  /** Whether every part of it is in a finding. */
  detected: boolean
  /** Whether the findings say what it was, in which file, and where it begins. */
  named: boolean
}

/** Numbers from 0 to `below` - 1. */
type Draw = (below: number) => number

/**
 * Half of the corruptions are those that CERN found in its files in 2007, in the shares in which it found them: single bits
 * 10 %, sectors 10 %, ranges of 64 KiB 80 %. The other half are all that are known here, each as often as another.
 */
export function drawName(
  draw: Draw,
  { bit, sector, range }: Record<'bit' | 'sector' | 'range', string>,
  all: string[],
): string {
  if (draw(2) === 0) return all[draw(all.length)] ?? bit
  return [bit, sector][draw(10)] ?? range
}

export const findShare = (struck: Struck[]): number => struck.filter(({ named }) => named).length / struck.length
