import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import ts from 'typescript'
import { components } from '../../../lib/components/index.ts'
import { MESH_NAMES, traitsOfMesh } from '../../../lib/components/meshes.ts'

const ROOT = new URL('../../../', import.meta.url).pathname
const MESHES = MESH_NAMES.filter((name) => name !== 'none')

/** Files outside the folder of a mesh that may name it, each with the reason. */
const ALLOWED: Record<string, string> = {
  'lib/components/index.ts': 'the one line of the index',
  'lib/record/moment.ts': 'a fault of older runs had the name of a control plane',
  'lib/clusters/existing/lease/notes-format.ts': 'a part of older labs had the name of a control plane',
}

const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file))

/** The identifiers and texts of a file, without comments. */
function wordsOf(text: string): string[] {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true)
  const words: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return
    if (node.getChildCount() === 0) words.push(node.getText())
    node.getChildren().forEach(visit)
  }
  visit(source)
  return words
}

const namesIt = (text: string, name: RegExp): boolean =>
  name.test(text) && wordsOf(text).some((word) => name.test(word))

const files = ['lib', 'fixtures', 'bench', 'tests/drills', 'tests/controls'].flatMap(filesIn)
const filesThatName = (name: string, isOwn: (file: string) => boolean): string[] =>
  files.filter((file) => !isOwn(file) && namesIt(readFileSync(join(ROOT, file), 'utf8'), new RegExp(name, 'i')))

test('code outside the folder of a mesh does not name the mesh', () => {
  expect(files.length).toBeGreaterThan(300)
  const naming = MESHES.flatMap((name) => filesThatName(name, (file) => file.startsWith(`lib/components/${name}/`)))
  expect([...new Set(naming)].sort()).toEqual(Object.keys(ALLOWED).sort())
})

test('code outside the folders of meshes does not name Envoy, but for what several meshes share', () => {
  const folders = [...MESHES, 'support/envoy'].map((name) => `lib/components/${name}`)
  expect(filesThatName('envoy', (file) => folders.some((folder) => file.startsWith(folder)))).toEqual([])
})

test('a name of a mesh is found in identifiers, texts and templates, and not in comments', () => {
  const names = (text: string) => namesIt(text, /istio/i)
  for (const text of [
    "const a = 'istio-proxy'",
    'const istiod = 1',
    'const b = `x ${c} sidecar.istio.io`',
    'a.istio()',
  ])
    expect(names(text), text).toBe(true)
  for (const text of ['// Istio\nconst a = 1', '/** Istio, say. */\nexport const b = 1', 'const c = 1 // istio'])
    expect(names(text), text).toBe(false)
})

test('the traits of each mesh have the name of its component', () => {
  for (const name of MESH_NAMES) expect(traitsOfMesh(name).name).toBe(name)
  const meshes = components.filter(({ kind }) => kind === 'mesh').map(({ name }) => name)
  expect(meshes).toEqual([...MESH_NAMES])
})
