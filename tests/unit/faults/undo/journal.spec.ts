import { statSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { undoFolder } from '../../../../lib/faults/undo/folder.ts'
import { journalIn } from '../../../../lib/faults/undo/journal.ts'
import { nameOf, undoNamed } from './stand-in.ts'

const write = async (folder: string, ...names: string[]) =>
  journalIn([undoFolder(folder)]).write({ fault: 'cut', drill: 'drill' }, names.map(undoNamed))

test('recorded undos are read by another journal, in their order', async () => {
  const folder = test.info().outputPath('undo')
  await write(folder, 'a', 'b')
  const { entries, damaged } = await journalIn([undoFolder(folder)]).list()
  expect(entries.map(({ undo }) => nameOf(undo))).toEqual(['a', 'b'])
  expect(entries[0]).toMatchObject({ fault: 'cut', drill: 'drill', writer: { pid: process.pid } })
  expect(damaged).toEqual([])
})

test('only its owner can read an undo on disk', async () => {
  const folder = test.info().outputPath('undo')
  await write(folder, 'a')
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  for (const file of await readdir(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600)
})

test('an incomplete undo is ignored, because its change was never made', async () => {
  const folder = test.info().outputPath('undo')
  await write(folder, 'a')
  await writeFile(join(folder, 'torn.json.new'), '{"id":"to')
  const { entries, damaged } = await journalIn([undoFolder(folder)]).list()
  expect(entries).toHaveLength(1)
  expect(damaged).toEqual([])
})

test('a damaged undo, or one of an unknown kind, is an error with the next command', async () => {
  const folder = test.info().outputPath('undo')
  const [entry] = await write(folder, 'a')
  await writeFile(join(folder, 'damaged.json'), '{"id":"da')
  await writeFile(join(folder, 'unknown.json'), JSON.stringify({ ...entry, undo: { kind: 'toString' } }))
  const { entries, damaged } = await journalIn([undoFolder(folder)]).list()
  expect(entries).toHaveLength(1)
  expect(damaged).toHaveLength(2)
  expect(damaged.join()).toContain('Next: ')
  expect(damaged.join()).toContain('does not know the undo "toString"')
})

test('a completed undo is removed, and completing it twice is no error', async () => {
  const folder = test.info().outputPath('undo')
  const journal = journalIn([undoFolder(folder)])
  const [entry] = await write(folder, 'a')
  if (entry === undefined) throw new Error('nothing was written')
  await journal.remove(entry)
  await journal.remove(entry)
  expect((await journal.list()).entries).toEqual([])
})

test('a journal in a missing folder is empty', async () => {
  expect((await journalIn([undoFolder(test.info().outputPath('none'))]).list()).entries).toEqual([])
})
