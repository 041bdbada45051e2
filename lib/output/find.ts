/** The number of characters by which texts are looked up. Shorter texts cannot be found. */
export const SHORTEST = 6

/** Finds any of many texts in another text. The time does not grow with their number. At each place the longest match counts. */
export function finderOf(texts: Iterable<string>): (text: string) => { from: number; to: number }[] {
  const byBeginning = new Map<string, string[]>()
  for (const text of texts) {
    if (text.length < SHORTEST) continue
    const beginning = text.slice(0, SHORTEST)
    const others = byBeginning.get(beginning)
    if (others === undefined) byBeginning.set(beginning, [text])
    else others.push(text)
  }
  for (const others of byBeginning.values()) others.sort((one, other) => other.length - one.length)
  return (text) => {
    const found: { from: number; to: number }[] = []
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      const longest = byBeginning.get(text.slice(at, at + SHORTEST))?.find((one) => text.startsWith(one, at))
      if (longest === undefined) continue
      found.push({ from: at, to: at + longest.length })
      at += longest.length - 1
    }
    return found
  }
}

/** Replaces ranges of a text, which are in order, by the same word. */
export function replaceRanges(text: string, ranges: { from: number; to: number }[], word: string): string {
  let replaced = ''
  let kept = 0
  for (const { from, to } of ranges) {
    replaced += text.slice(kept, from) + word
    kept = to
  }
  return replaced + text.slice(kept)
}
