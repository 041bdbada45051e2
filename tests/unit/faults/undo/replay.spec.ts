import { spawn, spawnSync } from 'node:child_process'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { takeLock } from '../../../../lib/system/lock.ts'
import { noopLab } from '../../../../lib/simulation/noop-cluster.ts'
import { undoFolder } from '../../../../lib/faults/undo/folder.ts'
import { journalOf, undoFolderOf } from '../../../../lib/faults/undo/journal.ts'
import { clearLeftovers, replayUndos } from '../../../../lib/faults/undo/replay.ts'
import type { UndoEntry } from '../../../../lib/faults/undo/storage.ts'
import type { Lab } from '../../../../lib/lab/lab.ts'
import { identify, type ProcessId } from '../../../../lib/system/process.ts'
import { nameOf, undoNamed } from './stand-in.ts'

const nowhere = { namespaces: [], nodes: [] }

/** A lab whose journal holds an undo of a process, by default of one that is gone. */
async function labLeft(changes: Partial<UndoEntry> = {}, writer?: ProcessId): Promise<Lab> {
  const lab = noopLab()
  const folder = test.info().outputPath('lab')
  const gone = { pid: spawnSync('true').pid, born: 'long ago' }
  await undoFolder(undoFolderOf(folder)).add({
    id: 'left',
    undo: undoNamed('left'),
    fault: 'cut',
    drill: 'earlier',
    writer: { ...(writer ?? gone), host: hostname() },
    writtenMs: 1,
    order: 0,
    expiresMs: Date.now() + 600_000,
    ...changes,
  })
  return { ...lab, cluster: { ...lab.cluster, folder } }
}

const collect = () => {
  const undone: string[] = []
  return {
    undone,
    perform: (_lab: Lab, undo: UndoEntry['undo']) => Promise.resolve(undone.push(nameOf(undo))).then(String),
  }
}

test('the fault of a process that has ended is undone once', async () => {
  const lab = await labLeft()
  const { undone, perform } = collect()
  expect(await replayUndos(lab, perform)).toEqual(['cut'])
  expect(undone).toEqual(['left'])
  expect(await replayUndos(lab, perform)).toEqual([])
})

test('the fault of another machine is undone, because its run no longer uses the cluster', async () => {
  const lab = await labLeft({ writer: { ...(await identify(process.ppid)), host: 'another' } })
  const { undone, perform } = collect()
  await replayUndos(lab, perform)
  expect(undone).toEqual(['left'])
})

test('the fault of a running process is left to that process, and a new run waits for it', async () => {
  const child = spawn('sleep', ['60'])
  const lab = await labLeft({}, await identify(child.pid ?? 0))
  const { undone, perform } = collect()
  const replaying = replayUndos(lab, perform)
  const early = await Promise.race([replaying.then(() => 'done'), new Promise((resolve) => setTimeout(resolve, 700))])
  expect([early, undone]).toEqual([undefined, []])
  child.kill('SIGKILL')
  await replaying
  expect(undone).toEqual(['left'])
})

test('an expired fault is undone, though its process still runs', async () => {
  const lab = await labLeft({ expiresMs: 1 }, await identify(process.ppid))
  const { undone, perform } = collect()
  await replayUndos(lab, perform)
  expect(undone).toEqual(['left'])
})

test('no drill starts with a fault that cannot be undone, and the error names it, the reason and the next command', async () => {
  const lab = await labLeft()
  const failing = () => Promise.reject(new Error('the API server did not answer'))
  await expect(
    clearLeftovers(lab, nowhere, { perform: failing, inventory: () => Promise.resolve([]) }),
  ).rejects.toThrow(/fault "cut" of drill "earlier" is not undone .*did not answer.* Next: npm run lab:down/)
  expect((await journalOf(lab).list()).entries).toHaveLength(1)
})

test('no drill starts with an unrecorded leftover that the inventory finds', async () => {
  const { perform } = collect()
  const lab = await labLeft()
  const inventory = () => Promise.resolve(['node "one" is not Ready'])
  await expect(clearLeftovers(lab, nowhere, { perform, inventory })).rejects.toThrow('node "one" is not Ready')
})

test('only one process at a time undoes earlier faults', async () => {
  const lab = await labLeft()
  const signal = new AbortController().signal
  const release = await takeLock(join(lab.cluster.folder ?? '', 'undo.lock'), { onWait: () => undefined, signal })
  const { undone, perform } = collect()
  const replaying = replayUndos(lab, perform)
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(undone).toEqual([])
  await release()
  await replaying
  expect(undone).toEqual(['left'])
})
