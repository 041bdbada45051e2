/** A line without control characters: text from a cluster, a store or a program must not control the terminal. */
export function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, (character) => (character === '\n' || character === '\t' ? ' ' : '�'))
}
