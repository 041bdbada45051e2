import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, inflateRawSync } from 'node:zlib'
import { createFinder, formsOf } from '../../lib/output/secrets.ts'

/** A canary in a place where none is allowed. */
export interface Leak {
  canary: string
  where: string
}

/** Finds canaries in bytes: plain, encoded, divided by line breaks, and inside of gzip and zip. */
export function canaryFinder(canaries: Iterable<string>) {
  const forms = new Map([...canaries].flatMap((canary) => formsOf(canary).map((form) => [form, canary] as const)))
  const plain = createFinder()
  plain.add(forms.keys())
  const find = (bytes: Buffer, where: string, depth = 0): Leak[] => {
    const text = bytes.toString('latin1')
    const utf8 = bytes.toString('utf8')
    const texts = [utf8, utf8.replace(/\\\r?\n|\s/g, '')]
    const found = texts.flatMap((one) => plain.find(one).map(({ from, to }) => forms.get(one.slice(from, to)) ?? ''))
    const leaks = [...new Set(found)].map((canary) => ({ canary, where }))
    if (depth > 4) return leaks
    return [...leaks, ...packedIn(bytes, text).flatMap((inner) => find(inner, `${where}, packed`, depth + 1))]
  }
  return find
}

/** Unpacks gzip streams, entries of zip files, and base64 of either. */
function packedIn(bytes: Buffer, text: string): Buffer[] {
  const gzip = placesOf(text, '\x1f\x8b\x08').map((at) => unpack(() => gunzipSync(bytes.subarray(at))))
  const zip = placesOf(text, 'PK\x03\x04').map((at) => {
    const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
    return bytes.readUInt16LE(at + 8) === 8 ? unpack(() => inflateRawSync(bytes.subarray(start))) : null
  })
  // In base64, gzip begins with "H4sI" and zip with "UEsDB".
  const base64 = [...text.matchAll(/(?:H4sI|UEsDB)[\w+/=-]{20,}/g)].map(([found]) => Buffer.from(found, 'base64'))
  return [...gzip, ...zip, ...base64].filter((inner) => inner !== null)
}

function placesOf(text: string, magic: string): number[] {
  const places: number[] = []
  for (let at = text.indexOf(magic); at !== -1; at = text.indexOf(magic, at + 1)) places.push(at)
  return places
}

/** Returns null for bytes that only look packed. */
function unpack(body: () => Buffer): Buffer | null {
  try {
    return body()
  } catch {
    return null
  }
}

/** Files of a folder, at any depth. Links are not followed. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path)
    return entry.isFile() ? [path] : []
  })
}

/** Arguments of every process of this machine, by PID. Processes that end in the meantime are left out. */
export function processArguments(): { pid: number; line: Buffer }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [{ pid: Number(name), line: readFileSync(`/proc/${name}/cmdline`) }]
      } catch {
        return []
      }
    })
}
