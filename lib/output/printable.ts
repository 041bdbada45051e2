/** Control characters of C0 and C1, separators that end a line, and those that change the direction of what follows. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/**
 * A line without control characters: text from a cluster, a store or a program must not control the terminal, begin a line of
 * its own or show in another order than it has. Line breaks and tabs become blanks, others a replacement character.
 */
export function printable(line: string): string {
  return line.replace(CONTROLS, (character) => (character === '\n' || character === '\t' ? ' ' : '\u{fffd}'))
}
