/** Writes a value for another process of ours to read: one line of JSON, as it is. A person never reads it. */
export function writeMessage(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
