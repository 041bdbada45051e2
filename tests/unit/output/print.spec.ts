import { expect, test } from '@playwright/test'
import { printableText } from '../../../lib/output/print.ts'
import { printable } from '../../../lib/output/shorten.ts'
import { runScript } from '../run-script.ts'

test('a printed line contains no control characters, line separators or direction marks', () => {
  const controls = [0x00, 0x07, 0x08, 0x0b, 0x0d, 0x1b, 0x7f, 0x80, 0x85, 0x9b, 0x9d, 0x061c]
  const separators = [0x2028, 0x2029, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e]
  for (const code of [...controls, ...separators, 0x2066, 0x2067, 0x2068, 0x2069])
    expect(printable(`a${String.fromCodePoint(code)}b`), code.toString(16)).toBe('a\u{fffd}b')
  expect(printable('a\tb\nc')).toBe('a b c')
  expect(printable('ä €, 数据, 🙂, עברית')).toBe('ä €, 数据, 🙂, עברית')
})

test('a printed text keeps its lines and loses its control characters', () => {
  expect(printableText('v1\u001b[1A\u001b[2K all is well\r\nNext: x')).toBe(
    'v1\u{fffd}[1A\u{fffd}[2K all is well\nNext: x',
  )
})

/** The output of a script that imports the module. */
const printed = (script: string) => {
  const url = (name: string) => JSON.stringify(new URL(`../../../lib/output/${name}.ts`, import.meta.url).href)
  const imports = `import * as p from ${url('print')}\nimport { protectSecret } from ${url('secrets')}\n`
  return runScript(`${imports}${script}`)
}

test('lines, texts and chunks are printed without secrets, even if a secret spans two chunks', () => {
  const { stdout, stderr } = printed(`
    protectSecret('secretOfAPrint')
    p.writeLine('stdout', 'line\\nsecretOfAPrint \\x1b[2J')
    p.writeText('stderr', 'text\\nsecretOfAPrint')
    const writer = p.lineWriter('stdout')
    writer.write('chunk: secretOf')
    writer.write('APrint\\nnext')
    writer.end()`)
  expect(stdout).toBe('line [redacted] \u{fffd}[2J\nchunk: [redacted]\nnext\n')
  expect(stderr).toBe('text\n[redacted]\n')
})

test('an uncaught error is printed without secrets and escape codes, and ends the process with code 1', () => {
  for (const raise of [
    "throw new Error('a secretOfAPrint \\x1b[2J')",
    "await Promise.reject(new Error('a secretOfAPrint \\x1b[2J'))",
  ]) {
    const { stderr, status } = printed(`protectSecret('secretOfAPrint')\np.printUncaughtErrors()\n${raise}`)
    expect(stderr).toBe('a [redacted] \u{fffd}[2J\n')
    expect(status).toBe(1)
  }
})
