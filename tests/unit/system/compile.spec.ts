import { expect, test } from '@playwright/test'
import { execFile } from 'node:child_process'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { compileProgram } from '../../../lib/system/compile.ts'
import * as compiled from '../../../lib/system/compiled.js'
import { scriptArguments } from '../../../lib/system/process.ts'
import { newFolder } from '../in-folder.ts'

interface Seen {
  word: string
  code: string
  place: string
  args: string[]
}

test('a compiled program runs as its sources would, from their place, until one of them changes', async () => {
  const folder = newFolder()
  const [main, part] = [join(folder, 'program.main.ts'), join(folder, 'part.ts')]
  writeFileSync(part, "export const word: string = 'first'\n")
  writeFileSync(
    main,
    `import { word } from './part.ts'
const code = /(ts|mjs):\\d+:\\d+/.exec(String(new Error('here').stack))?.[1]
console.log(JSON.stringify({ word, code, place: import.meta.dirname, args: process.argv.slice(1) }))
`,
  )
  const start = async (): Promise<Seen> => {
    const { stdout } = await promisify(execFile)(process.execPath, [...scriptArguments(main), 'a', 'b'])
    return JSON.parse(stdout) as Seen
  }
  try {
    const same = { word: 'first', place: folder, args: [main, 'a', 'b'] }
    expect(await start()).toEqual({ ...same, code: 'ts' })
    await compileProgram(main)
    expect(await start()).toEqual({ ...same, code: 'mjs' })
    writeFileSync(part, "export const word: string = 'second'\n")
    expect(await start()).toEqual({ ...same, code: 'ts', word: 'second' })
    await compileProgram(main)
    expect(await start()).toEqual({ ...same, code: 'mjs', word: 'second' })
    rmSync(part)
    expect(compiled.findCompiled(main)).toBeNull()
  } finally {
    for (const path of Object.values(compiled.compiledPaths(main))) rmSync(path, { force: true })
  }
})

test('a program that was compiled in another folder of the project is not used, as its code names that folder', async () => {
  const root = join(import.meta.dirname, '../../..')
  const [main, copy] = [join(newFolder(), 'program.main.ts'), newFolder()]
  const copiedMain = join(copy, relative(root, main))
  try {
    writeFileSync(main, 'console.log(import.meta.dirname)\n')
    await compileProgram(main)
    for (const path of [main, ...Object.values(compiled.compiledPaths(main)), join(root, 'package-lock.json')])
      cpSync(path, join(copy, relative(root, path)))
    cpSync(join(root, 'lib/system/compiled.js'), join(copy, 'compiled/in/compiled.js'))
    const elsewhere = (await import(join(copy, 'compiled/in/compiled.js'))) as typeof compiled
    expect(compiled.findCompiled(main)).not.toBeNull()
    expect(elsewhere.compiledPaths(copiedMain).code).toBe(join(copy, relative(root, compiled.compiledPaths(main).code)))
    expect(elsewhere.findCompiled(copiedMain)).toBeNull()
  } finally {
    for (const path of Object.values(compiled.compiledPaths(main))) rmSync(path, { force: true })
  }
})
