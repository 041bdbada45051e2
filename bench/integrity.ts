import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tryFileCorruptions } from '../tests/unit/workloads/files/trials.ts'
import { buildVolume } from '../tests/unit/workloads/files/program.ts'
import { findShare, type Struck } from '../tests/unit/workloads/mix.ts'
import { tryRecordCorruptions } from '../tests/unit/workloads/ledger/corruptions.ts'
import { buildLedger, startLedger } from '../tests/unit/workloads/ledger/process.ts'
import { type Findings, isStarted, medianOf, print, startTable, type Table } from './table.ts'
import { run } from '../lib/system/run.ts'

/** Share of corruptions that are found and named right, and hashing speed: `npx tsx bench/integrity.ts [corruptions]`. */
const volumeFolder = fileURLToPath(new URL('../lib/workloads/files/volume', import.meta.url))
const blockBytes = 65_536
const rounds = 5
const drawSeed = 1

export async function measureIntegrity(corruptions = 10_000): Promise<Findings> {
  const table = startTable()
  const { binary, remove } = await buildLedger()
  const { ledger, stop } = await startLedger(binary)
  const volume = await buildVolume()
  try {
    const half = Math.ceil(corruptions / 2)
    tellStruck(table, 'records', await tryRecordCorruptions(ledger, half, drawSeed))
    tellStruck(table, 'plain files', await tryFileCorruptions(volume.binary, corruptions - half, drawSeed))
  } finally {
    await stop()
    await remove()
    await volume.remove()
  }
  await tellSpeed(table)
  return table
}

function tellStruck({ tell, details }: Table, volume: string, struck: Struck[]): void {
  const missed = struck.filter(({ detected }) => !detected)
  const unnamed = struck.filter(({ named }) => !named)
  tell(`${struck.length} corruptions of ${volume}`, `${missed.length} not detected`, 'none', missed.length === 0)
  const share = findShare(struck)
  tell('  named right, with file and offset', `${(100 * share).toFixed(2)} %`, 'at least 99 %', share >= 0.99)
  for (const name of new Set(struck.map((one) => one.name))) {
    const all = struck.filter((one) => one.name === name)
    tell(`  ${name}`, `${all.filter(({ named }) => named).length} of ${all.length} named`)
  }
  details.push(...missed.map((one) => `missed: ${one.name} of ${one.where}`))
  details.push(...unnamed.slice(0, 5).map((one) => `not named: ${one.name} of ${one.where}`))
}

/** Compares CPU time, as openssl does. The two take turns, because a busy machine slows both. */
async function tellSpeed({ tell }: Table): Promise<void> {
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'meshdrill-hashing-'))
  const measured: Record<string, number>[] = []
  try {
    const binary = join(folder, 'benchmarks')
    await run('go', ['test', '-c', '-o', binary, '.'], { cwd: volumeFolder, timeoutMs: 10 * 60_000 })
    for (let round = 0; round < rounds; round++)
      measured.push({ openssl: await measureOpenssl(), ...(await measureOwn(binary, folder)) })
  } finally {
    await rm(folder, { recursive: true })
  }
  const speedOf = (name: string) => medianOf(measured.map((round) => round[name] ?? NaN))
  const ratioOf = (name: string) => medianOf(measured.map((round) => (round[name] ?? NaN) / (round.openssl ?? NaN)))
  const describe = (name: string) => `${speedOf(name).toFixed(0)} MB/s a core, ${(100 * ratioOf(name)).toFixed(1)} %`
  const tellRatio = (what: string, name: string) => {
    tell(what, describe(name), "at least 90 % of openssl's", ratioOf(name) >= 0.9)
  }
  tell('SHA-256 of blocks of 64 KiB: openssl speed', `${speedOf('openssl').toFixed(0)} MB/s a core`)
  tellRatio('  hashed one at a time', 'HashBlocks')
  tellRatio(`  ${availableParallelism()} at once`, 'HashBlocksOnEveryCore')
  tell('  listing of a volume, including reading its files from memory', describe('ListTree'))
}

async function measureOpenssl(): Promise<number> {
  const words = ['speed', '-evp', 'sha256', '-bytes', String(blockBytes), '-seconds', '1']
  const stdout = await run('openssl', words)
  const speed = /^sha256 +([\d.]+)k$/m.exec(stdout)?.[1]
  if (speed === undefined) throw new Error(`openssl speed printed no speed: ${stdout.slice(-200)}`)
  return Number(speed) / 1000
}

/** Speeds by name of the benchmark. */
async function measureOwn(binary: string, folder: string): Promise<Record<string, number>> {
  const words = ['-test.run', 'none', '-test.bench', 'HashBlocks|ListTree', '-test.benchtime', '1s']
  const stdout = await run(binary, words, { env: { ...process.env, TMPDIR: folder } })
  const speeds = [...stdout.matchAll(/^Benchmark(\w+)\S* .* ([\d.]+) MB\/cpu-s/gm)]
  if (speeds.length !== 3) throw new Error(`three benchmarks printed ${speeds.length} speeds: ${stdout.slice(-400)}`)
  return Object.fromEntries(speeds.map(([, name = '', speed]) => [name, Number(speed)] as const))
}

if (isStarted(import.meta.url)) print(await measureIntegrity(Number(process.argv[2] ?? 10_000)))
