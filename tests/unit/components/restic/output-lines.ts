// Output of `restic --json`.

export const line = (value: object): string => `${JSON.stringify(value)}\n`

export const summary = (changes: object = {}): string =>
  line({ message_type: 'status', percent_done: 0.5 }) +
  line({
    message_type: 'summary',
    files_new: 0,
    files_changed: 3,
    data_added: 900,
    data_added_packed: 700,
    total_bytes_processed: 4096,
    total_duration: 1.5,
    snapshot_id: 'aaaa',
    ...changes,
  })
export const restored = line({ message_type: 'summary', total_bytes: 4096, bytes_restored: 4000, bytes_skipped: 96 })
export const refused = line({ message_type: 'exit_error', code: 1, message: 'Fatal: Access Denied.' })

export const at = (second: number) => `2026-11-21T02:00:${String(second).padStart(2, '0')}Z`
export const ms = (second: number) => Date.parse(at(second))
export const snapshot = (id: string, second: number, claimName = 'data') => ({
  id,
  time: at(second),
  tags: [`claim=${claimName}`],
  summary: { backup_start: at(second), backup_end: at(second + 1), total_bytes_processed: 7, data_added: 5 },
})
