import { printable } from './printable.ts'

/** Text as one word of a POSIX shell's command line, for commands that people paste. Control characters are replaced. */
export function shellQuote(text: string): string {
  const line = printable(text)
  return /^[\w@%+=:,./-]+$/.test(line) ? line : `'${line.replaceAll("'", `'\\''`)}'`
}

/** A command to paste: every value of the template is one quoted word, or a part of one. */
export const shellCommand = (words: TemplateStringsArray, ...values: (string | number)[]): string =>
  String.raw({ raw: words }, ...values.map((value) => shellQuote(String(value))))
