import { expect, test } from '@playwright/test'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { buildDrill } from './facts-builder.ts'

interface Searched {
  objects?: number
  data?: boolean | null
  secrets?: boolean | null
  keyIsPublished?: boolean
}

/** What is told of a drill whose search had this outcome. */
function expose({ objects = 3, data = false, secrets = false, keyIsPublished = false }: Searched) {
  const [first, ...others] = buildDrill()
  if (first === undefined) throw new Error('a drill has facts')
  const { at, drill } = first
  const found = { ...{ objects, bytes: 900, searchedBytes: 900 }, data, secrets, keyIsPublished }
  return judgeDrill([first, { kind: 'backup.searched', at, drill, ...found }, ...others]).backup?.exposure
}

test('what was found in the store is readable, and what was not found is not', () => {
  expect(expose({ data: true, secrets: false })).toEqual({ data: 'readable', secrets: 'not readable' })
  expect(expose({ data: false, secrets: true })).toEqual({ data: 'not readable', secrets: 'readable' })
})

test('data that are encrypted with a key that everyone knows are told apart from data that nobody can read', () => {
  expect(expose({ keyIsPublished: true })).toEqual({ data: 'published key', secrets: 'not readable' })
  expect(expose({ keyIsPublished: true, data: true })?.data).toBe('readable')
})

test('what could not be searched in full is not known', () => {
  expect(expose({ data: null, secrets: null, keyIsPublished: true })).toEqual({ data: null, secrets: null })
})

test('nothing is told of a drill without a search, or without an object in the store', () => {
  expect(expose({ objects: 0 })).toBeUndefined()
  expect(judgeDrill(buildDrill()).backup).not.toHaveProperty('exposure')
})
