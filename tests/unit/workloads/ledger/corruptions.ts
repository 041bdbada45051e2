import { chmod, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Finding, Write } from '../../../../lib/record/facts.ts'
import { send } from '../../../../lib/workloads/support/http.ts'
import { deployedLedger } from '../../../../lib/workloads/ledger/ledger.ts'
import { RECORD_BYTES, SEGMENT_SLOTS } from '../../../../lib/workloads/ledger/record.ts'
import { drawName, type Struck } from '../mix.ts'
import { corruptFile, corruptionNames, createRandom, recognise, type Corruption, type VolumeFile } from './damages.ts'
import type { RunningLedger } from './process.ts'

const FILES = 8
const seed = 7
const seeded = 1100
const studied = { bit: 'single bit', sector: 'garbage in a sector', range: 'garbage up to 64 KiB' }

/** Damages a volume of records in at least `count` ways, one for each file at a time so that none hides another, and checks it. */
export async function tryRecordCorruptions(ledger: RunningLedger, count: number, drawSeed: number): Promise<Struck[]> {
  const { writes, files } = await writeVolume(ledger)
  const draw = createRandom(drawSeed)
  const results: Struck[] = []
  await expectNothing(ledger, writes)
  while (results.length < count) {
    const struck = files.flatMap((file) => corruptFile(drawName(draw, studied, corruptionNames), file, draw) ?? [])
    for (const corruption of struck) await strike(ledger, corruption)
    const findings = await findingsOf(ledger, writes)
    for (const corruption of struck) {
      const { name, file, slots, firstByte } = corruption
      const where = `${file}, slots ${slots[0] ?? ''} to ${slots.at(-1) ?? ''}, from byte ${firstByte}`
      results.push({ name, where, ...recognise(corruption, findings) })
    }
    const accused = findings.find(({ file }) => !struck.some((one) => one.file === file))
    if (accused) throw new Error(`an intact file has a finding: ${JSON.stringify(accused)}`)
    for (const corruption of struck) await mend(ledger, corruption, files)
  }
  await expectNothing(ledger, writes)
  return results
}

async function expectNothing(ledger: RunningLedger, writes: Write[]): Promise<void> {
  const [finding] = await findingsOf(ledger, writes)
  if (finding) throw new Error(`an intact volume has a finding: ${JSON.stringify(finding)}`)
}

/** The first file is full of seeded records; the others hold some of the load's. Of each, some were written over. */
async function writeVolume(ledger: RunningLedger): Promise<{ writes: Write[]; files: VolumeFile[] }> {
  await send(ledger.route, 'POST', `/seed?bytes=${seeded * RECORD_BYTES}&seed=${seed}`, 10_000)
  const starts = Array.from({ length: FILES - 1 }, (_, index) => (index === 0 ? seeded : (index + 1) * SEGMENT_SLOTS))
  const appended = starts.flatMap((start) => range(start, 60))
  const overwritten = [...range(3, 50, 21), ...starts.flatMap((start) => range(start + 1, 10, 5))]
  const first = await ledger.write(
    appended.map((slot) => ({ slot, generation: 1 })),
    { seed, from: 5000 },
  )
  const older = await readFiles(ledger, [...range(0, seeded), ...appended])
  const second = await ledger.write(
    overwritten.map((slot) => ({ slot, generation: 2 })),
    { seed, from: 6000 },
  )
  const files = await readFiles(ledger, [...range(0, seeded), ...appended])
  for (const [index, file] of files.entries()) {
    const before = older[index]?.content ?? Buffer.alloc(0)
    for (const slot of overwritten.filter((one) => file.used.includes(one))) {
      const offset = (slot % SEGMENT_SLOTS) * RECORD_BYTES
      file.older.set(slot, before.subarray(offset, offset + RECORD_BYTES))
    }
  }
  return { writes: [...first, ...second], files }
}

const range = (from: number, count: number, step = 1): number[] =>
  Array.from({ length: count }, (_, index) => from + index * step)

async function readFiles({ folder }: RunningLedger, used: number[]): Promise<VolumeFile[]> {
  const files: VolumeFile[] = []
  for (let index = 0; index < FILES; index++) {
    const name = `segment-0000${index}`
    const here = used.filter((slot) => Math.floor(slot / SEGMENT_SLOTS) === index)
    files.push({ name, content: await readFile(join(folder, name)), used: here, older: new Map() })
  }
  return files
}

async function strike({ folder }: RunningLedger, { file, written, size, readable }: Corruption): Promise<void> {
  const path = join(folder, file)
  if (size === null) return rm(path)
  const opened = await open(path, 'r+')
  for (const { at, bytes } of written) await opened.write(bytes, 0, null, at)
  await opened.truncate(size)
  await opened.chmod(readable ? 0o644 : 0)
  await opened.close()
}

async function mend({ folder }: RunningLedger, struck: Corruption, files: VolumeFile[]): Promise<void> {
  const path = join(folder, struck.file)
  const content = files.find(({ name }) => name === struck.file)?.content ?? Buffer.alloc(0)
  if (struck.size === null) return writeFile(path, content)
  await chmod(path, 0o644)
  const opened = await open(path, 'r+')
  if (struck.size < content.length) await opened.write(content.subarray(struck.size), 0, null, struck.size)
  for (const { at, bytes } of struck.written) await opened.write(content.subarray(at, at + bytes.length), 0, null, at)
  await opened.close()
}

async function findingsOf({ route }: RunningLedger, writes: Write[]): Promise<Finding[]> {
  const expected = { seed, seeded, since: 'fault' as const, writes: () => Promise.resolve(writes) }
  const { findings, error } = await deployedLedger('test').verify(route, expected)
  if (error !== null) throw new Error(error)
  return findings
}
