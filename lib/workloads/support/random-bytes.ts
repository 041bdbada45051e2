/* Random bytes as a function of two numbers: plain arithmetic without imports, as k6 runs it too. The Go programs have the same. */

const WORD = 2 ** 32

/** Fills `payload` with the stream of sfc32 for (seed, sequence), both from 0 to 2^53 - 1. Returns it. */
export function fillPayload(payload: Uint8Array, seed: number, sequence: number): Uint8Array {
  let a = (seed % WORD) | 0
  let b = (sequence % WORD) | 0
  let c = Math.floor(sequence / WORD) | 0
  let d = (1 + Math.floor(seed / WORD)) | 0
  const { length } = payload
  for (let at = -48; at < length; at += 4) {
    const word = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + word) | 0
    // The first twelve words only mix the state.
    if (at < 0) continue
    // Typed arrays ignore writes beyond their end, so any length works.
    payload[at] = word
    payload[at + 1] = word >>> 8
    payload[at + 2] = word >>> 16
    payload[at + 3] = word >>> 24
  }
  return payload
}
