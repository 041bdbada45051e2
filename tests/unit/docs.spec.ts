import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8')
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

/** Headings of a page as the anchors by which links name them. */
const anchorsOf = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, '')
      .replaceAll(' ', '-'),
  )

const isDead = (page: string, link: string): boolean => {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(ROOT, target))) return true
  return anchor !== undefined && !anchorsOf(target).includes(anchor)
}

test('every link between pages leads to a file and a heading that exist', () => {
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^[a-z]+:/.test(link))
      .map((link) => ({ page, link })),
  )
  expect(links.length).toBeGreaterThan(20)
  expect(links.filter(({ page, link }) => isDead(page, link))).toEqual([])
})

test('every page in docs is linked from the README or from another page', () => {
  const linked = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)#\s]+)/g)].map(([, link = '']) => join(dirname(page), link)),
  )
  expect(pages.filter((page) => page !== 'README.md' && !linked.includes(page))).toEqual([])
})

test('the README has at most 150 lines and 9 kB', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(150)
  expect(Buffer.byteLength(read('README.md'))).toBeLessThanOrEqual(9_000)
})

test('a page starts with what the reader can do after reading it', () => {
  const others = ['README.md', 'docs/matrix.md']
  const missing = pages
    .filter((page) => !others.includes(page))
    .filter((page) => !/^# .*\n\nAfter this page /.test(read(page)))
  expect(missing).toEqual([])
})

test('every path of the repository that a page names exists', () => {
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(/`((?:lib|tests|fixtures|chaos|bench|docs)\/[\w./-]+)`/g)].map(([, path = '']) => ({
      page,
      path,
    })),
  )
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter(({ path }) => !existsSync(join(ROOT, path)))).toEqual([])
})

/** Pages that explain the code to those who change it. */
const codePages = pages.filter((page) => /^docs\/(add\/|architecture)/.test(page))
const sources = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.ts'),
)
const spansOf = (page: string): string[] => [...read(page).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text)

test('every file and every name of the code that a page for contributors quotes is in the code', () => {
  const files = new Set(sources.map((path) => basename(path)))
  const words = new Set(sources.flatMap((path) => read(join('lib', path)).match(/[\w-]+/g) ?? []))
  const quoted = codePages.flatMap((page) => spansOf(page).map((text) => ({ page, text })))
  const named = quoted.filter(({ text }) => /^[\w-]+\.ts$|^[A-Za-z][\w-]*(?:\.[A-Za-z]\w*)?$/.test(text))
  expect(named.length).toBeGreaterThan(60)
  const isThere = (text: string): boolean =>
    text.endsWith('.ts') ? files.has(text) : text.split('.').every((word) => words.has(word))
  expect(named.filter(({ text }) => !isThere(text))).toEqual([])
})

test('what the TypeScript examples of the pages for contributors import or call is in the code', () => {
  const words = new Set(sources.flatMap((path) => read(join('lib', path)).match(/\w+/g) ?? []))
  for (const name of readdirSync(join(ROOT, 'fixtures')))
    for (const word of read(join('fixtures', name)).match(/\w+/g) ?? []) words.add(word)
  for (const page of codePages) {
    const examples = [...read(page).matchAll(/```ts\n([^]*?)```/g)].map(([, text = '']) => text)
    const called = examples.flatMap((text) => [...text.matchAll(/(\w+)\(/g)].map(([, word = '']) => word))
    const missing = called.filter((word) => !words.has(word) && !['test', 'endure'].includes(word))
    expect(missing, page).toEqual([])
  }
})

test('the architecture page names every folder of lib', () => {
  const folders = readdirSync(join(ROOT, 'lib'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  const page = read('docs/architecture.md')
  expect(folders.filter((name) => !page.includes(`lib/${name}`))).toEqual([])
})
