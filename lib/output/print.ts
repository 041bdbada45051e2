import { printable } from './shorten.ts'
import { redact } from './secrets.ts'
import { messageOf } from '../system/file-error.ts'

/*
 * The only place that prints. Text may come from a server or a program, so each line is printed without secrets and without
 * control characters.
 */

type PrintStream = 'stdout' | 'stderr'

/** The text without secrets and without control characters in its lines. */
export const printableText = (text: string): string =>
  redact(text)
    .split(/\r?\n/)
    .map((line) => printable(line))
    .join('\n')

/** Prints one line; line breaks in it become blanks. */
export function writeLine(stream: PrintStream, line: string): void {
  process[stream].write(`${printable(redact(line))}\n`)
}

/** Prints a text of one or more lines. */
export function writeText(stream: PrintStream, text: string): void {
  process[stream].write(`${printableText(text)}\n`)
}

/** A longer line is printed in pieces. */
const LONGEST_LINE = 64 << 10

/** Collects chunks, and prints each line when it is complete, or gives lines to `print`. `end` prints the rest. */
export function lineWriter(
  stream: PrintStream,
  print = (text: string): void => {
    writeText(stream, text)
  },
) {
  let open = ''
  return {
    write(chunk: string): void {
      const lines = `${open}${chunk}`.split(/\r?\n/)
      open = lines.pop() ?? ''
      if (lines.length > 0) print(lines.join('\n'))
      if (open.length > LONGEST_LINE) this.end()
    },
    end(): void {
      if (open !== '') print(open)
      open = ''
    },
  }
}

/** Ends this process with exit code 1 and the error's message if an error is not caught. Node itself would print it as it is. */
export function printUncaughtErrors(): void {
  process.on('uncaughtException', (error: unknown) => {
    writeText('stderr', messageOf(error))
    process.exit(1)
  })
}

/** Writes a value for another process of ours to read: one line of JSON, as it is. A person never reads it. */
export function writeMessage(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
