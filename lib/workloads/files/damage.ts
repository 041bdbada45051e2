import { forEachKind, type Damage, type DamageKind, type DamageOptions } from '../damage.ts'

const corruptAt =
  (folder: string) =>
  (kind: DamageKind) =>
  ({ seed, objects }: DamageOptions): string[] => [
    ...['/volume', 'corrupt', '--dir', folder, '--seed', String(seed), '--files', String(objects), '--kind', kind],
  ]

/** Commands that damage the files below a folder of the volume. */
export const corruptFiles = (folder: string): Damage['commands'] => forEachKind(corruptAt(folder))

/** Damages files without any knowledge of their content. */
export const filesDamage: Damage = {
  image: 'meshdrill/volume',
  commands: corruptFiles('/data/tree'),
  fill: {
    command: ['/volume', 'fill', '--dir', '/data', '--most', String(2 ** 31)],
    undo: ['/volume', 'fill', '--dir', '/data', '--undo'],
    findRefusal,
  },
}

/** A refused write in the server's log: time in seconds, status, request. manifest.yaml sets this format. */
const REFUSAL = /^refused (\d+\.\d{3}) (5\d\d) (PUT \S+)/
const FULL = '(28: No space left on device)'

/** Finds a refused write in a log that also reports a full device. */
export function findRefusal(log: string, fromMs: number): { atMs: number; words: string } | null {
  if (!log.includes(FULL)) return null
  for (const line of log.split('\n')) {
    const [, seconds = '', status = '', request = ''] = REFUSAL.exec(line) ?? []
    const atMs = Math.round(Number(seconds) * 1000)
    if (seconds !== '' && atMs >= fromMs) return { atMs, words: `${request}: ${status}, no space left on device` }
  }
  return null
}
