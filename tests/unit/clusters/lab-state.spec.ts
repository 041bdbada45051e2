import { expect, test } from '@playwright/test'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunningHost } from '../../../lib/clusters/embedded/host.ts'
import { noteHost, readState, writeState } from '../../../lib/clusters/embedded/state.ts'
import { inFolder } from '../in-folder.ts'
import { emptyLab as lab } from '../stand-ins/lab-state.ts'

const node = (name: string, initPid: number): RunningHost => ({
  name,
  address: '',
  device: '',
  starterPid: 1,
  initPid,
  initBorn: '1',
})

const MODULE = join(import.meta.dirname, '../../../lib/clusters/embedded/state.ts')

/** A script that reads the state, adds a part and writes the state, 50 times. It runs as a separate process. */
const worker = (folder: string): string => `
import { readState, writeState } from ${JSON.stringify(MODULE)}
const folder = ${JSON.stringify(folder)}
for (let index = 0; index < 50; index++) {
  const state = await readState(folder)
  state.parts.push(process.pid + '.' + index)
  state.images.push('/cache/' + 'long/'.repeat(60) + process.pid + '.' + index)
  await new Promise((resolve) => setTimeout(resolve, 1))
  writeState(state, folder)
}`

test('if two processes note parts and images at the same time, all of them are stored', async () => {
  await inFolder(async (folder) => {
    writeState(lab, join(folder, 'lab'))
    const program = join(folder, 'worker.mts')
    await writeFile(program, worker(join(folder, 'lab')))
    const children = [0, 1].map(() => fork(program, [], { execArgv: ['--import', import.meta.resolve('tsx')] }))
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number))
    expect(codes).toEqual([0, 0])
    const { parts, images } = (await readState(join(folder, 'lab'))) ?? lab
    expect(new Set(parts).size).toBe(100)
    expect(new Set(images).size).toBe(100)
  })
})

test('a process with an old copy of the state does not restore the entry of a restarted node', async () => {
  await inFolder(async (folder) => {
    writeState(lab, folder)
    noteHost('nodes', node('meshdrill-2', 20), folder)
    noteHost('nodes', node('meshdrill-1', 10), folder)
    const early = (await readState(folder)) ?? lab
    noteHost('nodes', node('meshdrill-2', 21), folder)
    early.parts.push('istio')
    writeState(early, folder)
    const now = await readState(folder)
    expect(now?.nodes.map(({ name, initPid }) => [name, initPid])).toEqual([
      ['meshdrill-1', 10],
      ['meshdrill-2', 21],
    ])
    expect(now?.parts).toEqual(['istio'])
  })
})

test('only its user can read the state of a lab, whatever the umask is', async () => {
  await inFolder(async (folder) => {
    const state = join(folder, 'lab')
    writeState({ ...lab, parts: ['istio'] }, state)
    for (const path of ['', 'notes', 'state.json']) {
      expect((await stat(join(state, path))).mode & 0o077, path).toBe(0)
    }
    expect((await readdir(join(state, 'notes'))).filter((name) => !name.endsWith('.json'))).toEqual([])
  })
})
