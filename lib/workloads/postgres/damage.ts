import { forEachKind, type Damage, type DamageKind, type DamageOptions } from '../damage.ts'

const corrupt =
  (kind: DamageKind) =>
  ({ seed, objects }: DamageOptions): string[] => [
    ...['/bank', 'corrupt', '--data', '/data/pgdata'],
    ...['--seed', String(seed), '--objects', String(objects), '--kind', kind],
  ]

/** Damages pages and files of tables and indexes on the volume, without the server. */
export const postgresDamage: Damage = {
  image: 'meshdrill/bank',
  commands: {
    ...forEachKind(corrupt),
    stale: { impossible: 'PostgreSQL keeps no earlier versions of a page' },
  },
  fill: {
    command: ['/bank', 'fill', '--dir', '/data', '--most', String(2 ** 31)],
    undo: ['/bank', 'fill', '--dir', '/data', '--undo'],
    findRefusal,
  },
}

/** A refused write in the server's log: time, severity, and the system's error. */
const REFUSAL =
  /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3}) (?:GMT|UTC) .*?((?:ERROR|FATAL|PANIC): .*No space left on device)/

export function findRefusal(log: string, fromMs: number): { atMs: number; words: string } | null {
  for (const line of log.split('\n')) {
    const [, day = '', time = '', words = ''] = REFUSAL.exec(line) ?? []
    const atMs = Date.parse(`${day}T${time}Z`)
    if (atMs >= fromMs) return { atMs, words }
  }
  return null
}
