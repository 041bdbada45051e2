import { forEachKind, type Damage, type DamageKind, type DamageOptions } from '../damage.ts'

const IN_VOLUME = ['--dir', '/data']

const corrupt =
  (kind: DamageKind) =>
  ({ seed, objects }: DamageOptions): string[] => [
    '/ledger',
    'corrupt',
    ...IN_VOLUME,
    ...['--seed', String(seed), '--records', String(objects), '--kind', kind],
    ...(kind === 'encrypt' ? ['--all'] : []),
  ]

/** The service's program knows the places of its records, so each damage hits a record that was written. */
export const ledgerDamage: Damage = {
  image: 'meshdrill/ledger',
  commands: forEachKind(corrupt),
  fill: {
    command: ['/ledger', 'fill', ...IN_VOLUME, '--leave', '0', '--most', String(2 ** 31)],
    undo: ['/ledger', 'fill', ...IN_VOLUME, '--undo'],
    findRefusal,
  },
}

const REFUSAL = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d\.\d{3})\d* (PUT \S+: 507: .*)$/

/** Finds a write with status 507 in the log: the ledger refused it because the volume is full. */
export function findRefusal(log: string, fromMs: number): { atMs: number; words: string } | null {
  for (const line of log.split('\n')) {
    const [, year = '', month = '', day = '', time = '', words = ''] = REFUSAL.exec(line) ?? []
    const atMs = Date.parse(`${year}-${month}-${day}T${time}Z`)
    if (atMs >= fromMs) return { atMs, words }
  }
  return null
}
