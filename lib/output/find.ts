/** The number of characters by which texts are looked up. Shorter texts cannot be found. */
export const SHORTEST = 6

interface Range {
  from: number
  to: number
}

/** Finds any of many texts in another text. The time does not grow with their number. At each place the longest match counts. */
export interface Finder {
  add: (texts: Iterable<string>) => void
  find: (text: string) => Range[]
}

export function createFinder(): Finder {
  const byBeginning = new Map<string, string[]>()
  return {
    add(texts) {
      for (const text of texts) {
        if (text.length < SHORTEST) continue
        const beginning = text.slice(0, SHORTEST)
        const others = byBeginning.get(beginning)
        if (others === undefined) byBeginning.set(beginning, [text])
        else others.splice(others.filter((other) => other.length >= text.length).length, 0, text)
      }
    },
    find(text) {
      const found: Range[] = []
      for (let at = 0; at + SHORTEST <= text.length; at++) {
        const longest = byBeginning.get(text.slice(at, at + SHORTEST))?.find((one) => text.startsWith(one, at))
        if (longest === undefined) continue
        found.push({ from: at, to: at + longest.length })
        at += longest.length - 1
      }
      return found
    },
  }
}

/** Replaces ranges of a text, which are in order, by the same word. */
export function replaceRanges(text: string, ranges: Range[], word: string): string {
  let replaced = ''
  let kept = 0
  for (const { from, to } of ranges) {
    replaced += text.slice(kept, from) + word
    kept = to
  }
  return replaced + text.slice(kept)
}
