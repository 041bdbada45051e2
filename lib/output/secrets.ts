/** What stands in the place of a secret. */
const REDACTED = '[redacted]'
/** Shorter values would remove harmless words. */
const SHORTEST = 6

/** Every secret that this process knows. Values are only added: a secret stays a secret as long as the process runs. */
const secrets = new Set<string>()

/** Makes `redact` remove a value, plain and in the encodings that logs and errors contain: base64, URL and JSON. */
export function protectSecret(value: string): void {
  if (value.length < SHORTEST) return
  for (const form of [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), ...base64Forms(value)])
    secrets.add(form)
}

/** Text without the secrets of this process. */
export function redact(text: string): string {
  let redacted = text
  for (const secret of longestFirst()) redacted = redacted.replaceAll(secret, REDACTED)
  return redacted
}

/** Whether a text holds a secret of this process: such a text must not become an argument of a program. */
export const holdsSecret = (text: string): boolean => redact(text) !== text

const longestFirst = (): string[] => [...secrets].sort((one, other) => other.length - one.length)

/** Base64 of a value inside other text depends on its offset modulo 3; the characters that other bytes share are left out. */
function base64Forms(value: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]).toString('base64')
    const bits = 8 * (offset + Buffer.byteLength(value))
    return encoded.slice(Math.ceil((8 * offset) / 6), Math.floor(bits / 6))
  })
}
