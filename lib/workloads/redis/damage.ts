import { forEachKind, type Damage, type DamageKind, type DamageOptions } from '../damage.ts'

const corrupt =
  (kind: DamageKind) =>
  ({ seed, objects }: DamageOptions): string[] => [
    ...['/sessions', 'corrupt', '--data', '/data/redis'],
    ...['--seed', String(seed), '--objects', String(objects), '--kind', kind],
  ]

/** The append-only file is damaged below the server. */
export const redisDamage: Damage = {
  image: 'meshdrill/sessions',
  commands: {
    ...forEachKind(corrupt),
    stale: { impossible: 'an append-only file has no place that an older state of one session could come back to' },
  },
  fill: {
    command: ['/sessions', 'fill', '--dir', '/data', '--most', String(2 ** 31)],
    undo: ['/sessions', 'fill', '--dir', '/data', '--undo'],
    findRefusal,
  },
}

/** Redis logs that it could not append, with its time: `1:M 29 Nov 2026 12:00:00.123 # Error writing to the AOF file: …`. */
const REFUSAL =
  /^\d+:\w (\d+ \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3}) # (.*(?:No space left on device|Short write while writing).*)/

export function findRefusal(log: string, fromMs: number): { atMs: number; words: string } | null {
  for (const line of log.split('\n')) {
    const [, time = '', words = ''] = REFUSAL.exec(line) ?? []
    const atMs = Date.parse(`${time} GMT`)
    if (atMs >= fromMs) return { atMs, words }
  }
  return null
}
