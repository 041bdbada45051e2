import { endSharing, learnSecrets, shareSecret } from './shared-secrets.ts'
import { html } from '@remix-run/html-template'

/** Forms in which logs, errors and files show a value: plain, URL, JSON, HTML, YAML, shell, hex, and base64 at any offset. */
export function formsOf(value: string): string[] {
  const hex = Buffer.from(value).toString('hex')
  const url = encodeURIComponent(value)
  const strictUrl = url.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  const forms = [
    value,
    ...[url, strictUrl, strictUrl.replaceAll('%20', '+')].flatMap((form) => [form, lowerEscapes(form)]),
    JSON.stringify(value).slice(1, -1),
    String(html`${value}`),
    value.replaceAll("'", "''"),
    value.replaceAll("'", "'\\''"),
    hex,
    hex.toUpperCase(),
    ...base64Forms(value).flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]),
  ]
  return [...new Set(forms)]
}

const lowerEscapes = (url: string): string => url.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())

/** Base64 of a value inside other text depends on its offset modulo 3; the characters that other bytes share are left out. */
function base64Forms(value: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]).toString('base64')
    const bits = 8 * (offset + Buffer.byteLength(value))
    return encoded.slice(Math.ceil((8 * offset) / 6), Math.floor(bits / 6))
  })
}

/** The number of characters by which texts are looked up. Shorter texts cannot be found. */
const SHORTEST = 6

interface Range {
  from: number
  to: number
}

/** Finds any of many texts in another text. The time does not grow with their number. At each place the longest match counts. */
interface Finder {
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
function replaceRanges(text: string, ranges: Range[], word: string): string {
  let replaced = ''
  let kept = 0
  for (const { from, to } of ranges) {
    replaced += text.slice(kept, from) + word
    kept = to
  }
  return replaced + text.slice(kept)
}

/** Replaces a secret. */
const REDACTED = '[redacted]'
/** A line of a longer secret, such as of a private key, is a secret too. */
const SHORTEST_LINE = 16
/** In a longer text, secrets that line breaks divide are not searched: that needs several times its memory. */
const LONGEST_DIVIDED = 4 << 20

/** Every secret that this process knows. Values are never removed while the process runs. */
const secrets = new Set<string>()
/** Secrets that the finders do not have yet. */
let added: string[] = []
const whole = createFinder()
/** Finds secrets in text without white space. */
const divided = createFinder()

/**
 * Makes `redact` remove a value in each of its forms: plain, base64, URL, JSON, hex, divided by line breaks. All processes of
 * the run learn the value. A value of fewer than 6 characters is not removed.
 */
export function protectSecret(value: string): void {
  if (know(value)) shareSecret(value)
}

/** Adds a value. False if it was known before, or is too short. */
function know(value: string): boolean {
  // A shorter value would remove every harmless word that contains it.
  if (value.length < SHORTEST || secrets.has(value)) return false
  secrets.add(value)
  added.push(value)
  return true
}

/**
 * The text without the secrets that processes of this run know, and without text that has the form of a secret: user and
 * password in a URL, signatures, tokens, private keys.
 */
export function redact(text: string): string {
  learn()
  return removeSecrets(text)
}

/** Learns the secrets that other processes of the run have shared. */
export function learn(): void {
  for (const value of learnSecrets()) know(value)
}

/** As `redact`, without learning new secrets first. For many texts in a row. */
export function removeSecrets(text: string): string {
  const known = secrets.size === 0 ? text : removeKnown(text)
  return known
    .replace(USER_INFO, (_, scheme: string) => `${scheme}${REDACTED}@`)
    .replace(SIGNATURE, (_, name: string) => `${name}=${REDACTED}`)
    .replace(CREDENTIALS, (_, scheme: string) => `${scheme} ${REDACTED}`)
    .replace(PRIVATE_KEY, REDACTED)
}

const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@'"<>[\]]+@/gi
/** Names of AWS, Google and Azure. */
const SIGNATURE =
  /\b(X-(?:Amz|Goog)-(?:Signature|Credential|Security-Token)|Signature|AWSAccessKeyId|sig)=[\w%+/=.-]{6,}/gi
const CREDENTIALS = /\b(Bearer|Basic) [\w.~+/=-]{8,}/g
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g

function removeKnown(text: string): string {
  fillFinders()
  const removed = replaceRanges(text, whole.find(text), REDACTED)
  return removed.includes('\n') && removed.length <= LONGEST_DIVIDED ? removeDivided(removed) : removed
}

/** Removes secrets inside of which text was wrapped: a line break with the indent of the next line, or a folded blank. */
function removeDivided(text: string): string {
  const { dense, positions } = withoutBlanks(text)
  const position = (index: number): number => positions[index] ?? text.length
  const ranges = divided.find(dense).map(({ from, to }) => ({ from: position(from), to: position(to - 1) + 1 }))
  return replaceRanges(text, ranges, REDACTED)
}

/** The text without white space and without backslashes at line ends, and the position that each character had. */
function withoutBlanks(text: string): { dense: string; positions: number[] } {
  const positions: number[] = []
  let dense = ''
  for (const { 0: piece, index } of text.matchAll(/(?:(?!\\\r?\n)\S)+/g)) {
    dense += piece
    for (let at = 0; at < piece.length; at++) positions.push(index + at)
  }
  return { dense, positions }
}

function fillFinders(): void {
  const forms = added.flatMap((value) => [value, ...linesOf(value)]).flatMap(formsOf)
  added = []
  whole.add(forms)
  divided.add(forms.map((form) => form.replace(/\s/g, '')))
}

const linesOf = (value: string): string[] =>
  value.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE && !line.startsWith('-----'))

/** Whether a text holds a secret: such a text must not become an argument of a program. */
export const holdsSecret = (text: string): boolean => redact(text) !== text

/** Ends the run for its secrets: this process still knows them, and no file holds them. */
export function endSecrets(): void {
  learn()
  endSharing()
}
