/** Text as one word of a POSIX shell's command line, for commands that people paste. Control characters are replaced. */
export function shellQuote(text: string): string {
  const line = printable(text)
  return /^[\w@%+=:,./-]+$/.test(line) ? line : `'${line.replaceAll("'", `'\\''`)}'`
}

/** A command to paste: every value of the template is one quoted word, or a part of one. */
export const shellCommand = (words: TemplateStringsArray, ...values: (string | number)[]): string =>
  String.raw({ raw: words }, ...values.map((value) => shellQuote(String(value))))

/** Control characters of C0 and C1, separators that end a line, and those that change the direction of what follows. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/**
 * A line without control characters: text from a cluster, a store or a program must not control the terminal, begin a line of
 * its own or show in another order than it has. Line breaks and tabs become blanks, others a replacement character.
 */
export function printable(line: string): string {
  return line.replace(CONTROLS, (character) => (character === '\n' || character === '\t' ? ' ' : '\u{fffd}'))
}
/** Maximum number of characters of a program's output in an error. */
export const OUTPUT_LIMIT = 2000

/** The cause of a failure is most often in the first line, so more of the beginning is kept. */
const BEGINNING = 2 / 3

/** Shortens a text to `limit` characters. A note replaces the middle and says how much is missing. */
export function shortenMiddle(text: string, limit: number): string {
  const output = keepEnds(limit)
  output.add(text)
  return output.text()
}

/** Replaces a run of equal lines by one line and its count. A program that retries can log the same line for minutes. */
export function foldRepeatedLines(text: string): string {
  const runs: { line: string; count: number }[] = []
  for (const line of text.split('\n')) {
    const last = runs.at(-1)
    if (last?.line === line) last.count += 1
    else runs.push({ line, count: 1 })
  }
  return runs.map(({ line, count }) => (count === 1 ? line : `${line} (${count} times)`)).join('\n')
}

/** `shortenMiddle` for a stream of text, in constant memory. */
export function keepEnds(limit: number) {
  let beginning = ''
  let end = ''
  let length = 0
  return {
    add(text: string): void {
      length += text.length
      beginning += text.slice(0, limit - beginning.length)
      end = (end + text).slice(-limit)
    },
    text(): string {
      if (length <= limit) return beginning
      const gap = (kept: number): string => ` … ${length - kept} characters left out … `
      // The number in the gap is never longer than that of the whole length.
      const kept = Math.max(0, limit - gap(0).length)
      const first = cutBefore(beginning, Math.ceil(kept * BEGINNING))
      const last = kept === first.length ? '' : cutAfter(end, kept - Math.ceil(kept * BEGINNING))
      return `${first}${gap(first.length + last.length)}${last}`.slice(0, limit)
    },
  }
}

/** Never cuts a character of two units in half. */
const cutBefore = (text: string, count: number): string => text.slice(0, count).replace(/[\uD800-\uDBFF]$/, '')
const cutAfter = (text: string, count: number): string =>
  count === 0 ? '' : text.slice(-count).replace(/^[\uDC00-\uDFFF]/, '')
