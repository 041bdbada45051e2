import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { ESLint } from 'eslint'
import { writeLine } from '../../lib/output/print.ts'
import { lintKeys } from './lint-keys.ts'

// ESLint's own cache does not see that the types of an imported file have changed.
const ROOT = join(import.meta.dirname, '../..')
const CACHE = join(ROOT, 'node_modules/.cache/lint.json')
/** Files on which the result of every file depends. */
const SHARED = ['package-lock.json', 'tsconfig.json', 'eslint.config.js']

const eslint = new ESLint({ cwd: ROOT })

/** Relative paths of the files that ESLint checks, and of the JSON files that they may import. */
async function listFiles(folder = ROOT): Promise<string[]> {
  const found: string[] = []
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (!(await eslint.isPathIgnored(join(path, 'any.ts')))) found.push(...(await listFiles(path)))
    } else if (/\.(ts|js|json)$/.test(entry.name)) found.push(relative(ROOT, path))
  }
  return found
}

/** Keys of the files that had no message. */
function readClean(): Set<string> {
  try {
    return new Set(JSON.parse(readFileSync(CACHE, 'utf8')) as string[])
  } catch {
    // Without a cache every file is checked.
    return new Set()
  }
}

const texts = new Map((await listFiles()).map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]))
const keys = lintKeys(texts, [process.version, ...SHARED.map((path) => texts.get(path) ?? '')])
const clean = readClean()
const files = [...keys].filter(([path]) => /\.(ts|js)$/.test(path))
const stale = files.filter(([, key]) => !clean.has(key)).map(([path]) => path)

const results = stale.length === 0 ? [] : await eslint.lintFiles(stale)
const text = await (await eslint.loadFormatter()).format(results)
if (text !== '') writeLine('stdout', text)
const faulty = new Set(
  results.filter(({ messages }) => messages.length > 0).map(({ filePath }) => relative(ROOT, filePath)),
)
mkdirSync(dirname(CACHE), { recursive: true })
writeFileSync(CACHE, JSON.stringify(files.filter(([path]) => !faulty.has(path)).map(([, key]) => key)))
writeLine('stdout', `lint: ${stale.length} of ${files.length} files checked, the others are unchanged`)
process.exitCode = faulty.size > 0 ? 1 : 0
