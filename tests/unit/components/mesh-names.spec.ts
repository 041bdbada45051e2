import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import ts from 'typescript'
import { components } from '../../../lib/components/index.ts'
import { MESH_NAMES, traitsOfMesh } from '../../../lib/components/meshes.ts'

const ROOT = new URL('../../../', import.meta.url).pathname
const NAMES = /istio|envoy/i

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

const namesMesh = (text: string): boolean => NAMES.test(text) && wordsOf(text).some((word) => NAMES.test(word))

test('code outside the folder of a mesh does not name the mesh', () => {
  const files = ['lib', 'fixtures', 'bench', 'tests/drills', 'tests/controls'].flatMap(filesIn)
  expect(files.length).toBeGreaterThan(300)
  const naming = files
    .filter((file) => !file.startsWith('lib/components/istio/'))
    .filter((file) => namesMesh(readFileSync(join(ROOT, file), 'utf8')))
  expect(naming.sort()).toEqual(Object.keys(ALLOWED).sort())
})

test('a name of a mesh is found in identifiers, texts and templates, and not in comments', () => {
  for (const text of [
    "const a = 'istio-proxy'",
    'const istiod = 1',
    'const b = `x ${c} sidecar.istio.io`',
    'a.envoy()',
  ])
    expect(namesMesh(text), text).toBe(true)
  for (const text of ['// Istio\nconst a = 1', '/** Istio, say. */\nexport const b = 1', 'const c = 1 // envoy'])
    expect(namesMesh(text), text).toBe(false)
})

test('the traits of each mesh have the name of its component', () => {
  for (const name of MESH_NAMES) expect(traitsOfMesh(name).name).toBe(name)
  const meshes = components.filter(({ kind }) => kind === 'mesh').map(({ name }) => name)
  expect(meshes).toEqual([...MESH_NAMES])
})
