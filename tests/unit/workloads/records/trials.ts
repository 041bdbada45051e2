import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { IntegrityCheck, Write } from '../../../../lib/record/facts.ts'
import { planWrite } from '../../../../lib/load/load.ts'
import { comparison } from '../../../../lib/workloads/support/records/compare.ts'
import { seedRecords, verifyRecords } from '../../../../lib/workloads/support/records/service.ts'
import { createRandom } from '../ledger/damages.ts'
import type { RunningStore } from './store.ts'

const run = promisify(execFile)

export const KINDS = ['flip', 'zero', 'truncate', 'misdirect', 'delete', 'permissions'] as const
export const VOLUME_SEED = 11
const BYTES = 600 * 2048
const WRITES = 120

/** One damage, and what became of it. */
export interface Trial {
  kind: string
  /** Whether the database crashed and was started again between the damage and the check. */
  restarted: boolean
  file: string
  offset: number
  /** What was found first; null if the store was accepted as whole. */
  finding: string | null
  /** Names of the checks that found something. */
  checks: string[]
  /** What the findings name: the damaged file or its folder, else records, else nothing. */
  located: 'file' | 'records' | 'nowhere'
  /** Whether a reader of all records sees a wrong answer, or none. Only looked at where the check found nothing. */
  readerSeesWrong: boolean
}

interface Found {
  kind: string
  file: string
  offset: number
  detail: string
  check?: string
}

/** Name of the check that compares what the store lists with what was written. */
const COMPARISON = 'comparison with the writes'
const NO_START: Found = { kind: 'lost', file: '', offset: 0, detail: 'the database does not start', check: 'start' }

/** Damages a real store so many times, one object each time, and has it checked. Every `restartEvery`-th is read after a crash. */
export async function tryDamages(
  store: RunningStore,
  count: number,
  { drawSeed, restartEvery }: { drawSeed: number; restartEvery: number },
): Promise<Trial[]> {
  const volume = await fill(store)
  const pristine = `${store.data}.pristine`
  await run('cp', ['-a', store.data, pristine])
  const draw = createRandom(drawSeed)
  const trials: Trial[] = []
  for (let index = 0; index < count; index++) {
    const kind = KINDS[index % KINDS.length] ?? 'flip'
    const restarted = index % restartEvery === restartEvery - 1
    if (restarted) await store.crash()
    const { file, offset } = await store.corrupt(kind, draw(1 << 30))
    const isUp = !restarted || (await store.restart())
    const found = isUp ? findingsOf(await verify(store, volume)) : [NO_START]
    const finding = describeFirst(found)
    const readerSeesWrong = finding === null && (await seesWrong(store, volume))
    const checks = [...new Set(found.map(({ check = COMPARISON }) => check))]
    trials.push({ kind, restarted, file, offset, finding, checks, located: locate(found, file), readerSeesWrong })
    if (restarted) await putBackAll(store, pristine)
    else await putBack(store.data, pristine, file)
  }
  const left = describeFirst(findingsOf(await verify(store, volume)))
  await rm(pristine, { recursive: true })
  if (left !== null) throw new Error(`a whole store is accused: ${left}`)
  return trials
}

interface Volume {
  seeded: number
  writes: Write[]
}

/** Seeds the store, writes as the load does, and has it come to rest. */
async function fill(store: RunningStore): Promise<Volume> {
  const seeded = await seedRecords(store.route, { seed: VOLUME_SEED, bytes: BYTES })
  const writes: Write[] = []
  for (let index = 0; index < WRITES; index++) writes.push(await write(store, planWrite(index, seeded)))
  await store.rest()
  const finding = describeFirst(findingsOf(await verify(store, { seeded, writes })))
  if (finding !== null) throw new Error(`a whole store is accused: ${finding}`)
  return { seeded, writes }
}

async function write({ route, payloads }: RunningStore, planned: ReturnType<typeof planWrite>): Promise<Write> {
  const { slot, sequence, generation } = planned
  const sentMs = Date.now()
  const path = `/records/${slot}?sequence=${sequence}&generation=${generation}`
  const answer = await fetch(route.url + path, { method: 'PUT', body: payloads.written(VOLUME_SEED, sequence) })
  if (!answer.ok) throw new Error(`write ${sequence} was answered by ${answer.status}: ${await answer.text()}`)
  return { ...planned, sentMs, acknowledgedMs: Date.now() }
}

const verify = ({ route, payloads }: RunningStore, { seeded, writes }: Volume): Promise<IntegrityCheck> => {
  const expected = { seed: VOLUME_SEED, seeded, writes: () => Promise.resolve(writes), since: 'fault' as const }
  return verifyRecords(route, expected, comparison(payloads))
}

const describeFirst = ([first]: Found[]): string | null =>
  first === undefined ? null : `${first.kind} in "${first.file}" at ${first.offset}: ${first.detail}`

function locate(found: Found[], file: string): Trial['located'] {
  if (found.some((one) => file === one.file || file.startsWith(`${one.file}/`))) return 'file'
  return found.some((one) => one.file !== '') ? 'records' : 'nowhere'
}

/** All that shows that the store is not whole. */
function findingsOf({ error, findings, slots }: IntegrityCheck): Found[] {
  const none = { file: '', offset: 0 }
  const lost = slots.filter(([, sequence]) => sequence < 0)
  return [
    ...findings,
    ...(error === null ? [] : [{ ...none, kind: 'unread', detail: error, check: 'reading back' }]),
    ...lost.map(([slot]) => ({ ...none, kind: 'lost', detail: `the writes to slot ${slot}` })),
  ]
}

/** Reads every record as a client does. */
async function seesWrong({ route, payloads }: RunningStore, { seeded, writes }: Volume): Promise<boolean> {
  const newest = new Map(writes.map(({ slot, sequence }) => [slot, sequence]))
  for (const slot of new Set([...Array(seeded).keys(), ...newest.keys()])) {
    const answer = await fetch(`${route.url}/records/${slot}`)
    const body = Buffer.from(await answer.arrayBuffer())
    const sequence = newest.get(slot) ?? slot
    const expected = payloads.expected({ seed: VOLUME_SEED, seeded }, slot, sequence)
    if (answer.headers.get('x-sequence') !== String(sequence) || expected === null || !body.equals(expected))
      return true
  }
  return false
}

/** The same file, with its inode if it is still there: the database holds it open. */
async function putBack(data: string, pristine: string, file: string): Promise<void> {
  const [from, to] = [join(pristine, file), join(data, file)]
  if (!existsSync(to)) await run('cp', ['-a', from, to])
  else {
    await run('cp', ['--no-preserve=all', from, to])
    await run('chown', ['--reference', from, to])
    await run('chmod', ['--reference', from, to])
  }
}

async function putBackAll(store: RunningStore, pristine: string): Promise<void> {
  await store.crash()
  for (const name of await readdir(store.data)) await rm(join(store.data, name), { recursive: true })
  await run('cp', ['-a', `${pristine}/.`, store.data])
  if (!(await store.restart())) throw new Error('the database does not start on a whole store')
}
