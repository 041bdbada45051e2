import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Component, Part } from '../../../lib/components/component.ts'
import { components } from '../../../lib/components/index.ts'
import { isGroupOf } from '../../../lib/kube/definitions.ts'

const FOLDER = join(import.meta.dirname, '../../../lib/components')
const all: readonly Component[] = components
const partsOf = ({ presence }: Component): readonly Part[] => ('none' in presence ? [] : presence)

/** The source of a component's driver: its folder without the files that describe the component. */
const sourceOf = (name: string): string =>
  readdirSync(join(FOLDER, name))
    .filter((file) => file.endsWith('.ts') && !['component.ts', 'presence.ts', 'recipe.ts'].includes(file))
    .map((file) => readFileSync(join(FOLDER, name, file), 'utf8'))
    .join('\n')

test('every folder with a component.ts is in the index under its own name', () => {
  const described = readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(FOLDER, entry.name)).includes('component.ts'))
    .map(({ name }) => name)
  expect(all.map(({ name }) => name).sort()).toEqual(described.sort())
})

test('a component that installs a chart, definitions or a namespace has parts and rights', () => {
  const installs = all.filter(({ name }) =>
    /installChart\(|waitForDefinitions\(|kind: 'Namespace'/.test(sourceOf(name)),
  )
  expect(installs.map(({ name }) => name)).toEqual([
    ...['istio', 'linkerd', 'chaos-mesh', 'velero', 'k8up', 'kubestash', 'kasten', 'k6-operator'],
  ])
  const without = installs.filter((component) => partsOf(component).length === 0 || component.rights.length === 0)
  expect(without.map(({ name }) => name)).toEqual([])
})

test('a component removes every Helm release that its driver installs', () => {
  for (const component of all) {
    const installed = [
      ...sourceOf(component.name).matchAll(/\.\.\.place,\s*name: '([\w-]+)'|installChart\(lab, \{\s*name: '([\w-]+)'/g),
    ]
    const removed = partsOf(component).flatMap(({ releases }) => releases.map(({ name }) => name))
    for (const [, placed, own] of installed) expect(removed, component.name).toContain(placed ?? own)
  }
})

test('a component has rights for every API group that it defines', () => {
  for (const component of all)
    for (const end of partsOf(component).flatMap(({ groups }) => groups))
      expect(
        component.rights.some(({ group }) => isGroupOf(group, end)),
        `${component.name}: ${end}`,
      ).toBe(true)
})

test('every part has a unique name, and the main part has the name of its component', () => {
  const names = all.flatMap((component) => partsOf(component).map(({ name }) => name))
  expect(new Set(names).size).toBe(names.length)
  for (const component of all.filter((one) => partsOf(one).length > 0))
    expect(partsOf(component)[0]?.name).toBe(component.name)
})

test('every part has a namespace, which also has the object that marks the part', () => {
  for (const { name, namespaces, mark } of all.flatMap(partsOf)) {
    expect(namespaces.length, name).toBeGreaterThan(0)
    expect(namespaces, name).toContain(mark.metadata.namespace)
  }
})

test('some component provides every image that a part needs', () => {
  const known = all.flatMap(({ published, built }) => [
    ...Object.keys(published?.images ?? {}),
    ...(published?.chartImages ?? []),
    ...Object.keys(built?.images ?? {}),
  ])
  const needed = all.flatMap(partsOf).flatMap(({ images }) => images)
  expect(needed.filter((image) => !known.includes(image))).toEqual([])
})

test('a component that is both published and built has the same images in both', () => {
  for (const { name, published, built } of all) {
    if (published === null || built === null) continue
    const images = [...Object.keys(published.images ?? {}), ...(published.chartImages ?? [])]
    expect(Object.keys(built.images ?? {}).sort(), name).toEqual(images.sort())
  }
})
