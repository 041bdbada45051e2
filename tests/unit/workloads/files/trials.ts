import { chmod, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { compareTrees } from '../../../../lib/workloads/files/compare.ts'
import type { Tree } from '../../../../lib/workloads/files/tree.ts'
import { fillPayload } from '../../../../lib/workloads/support/random-bytes.ts'
import { listTree as list } from './program.ts'
import { createRandom } from '../ledger/damages.ts'
import { fileDamageNames, damageFile, type PlainFile, recogniseDamage, WHOLE_MODE } from './damage.ts'
import { drawName, type Struck } from '../mix.ts'

const studied = { bit: 'single bit', sector: 'garbage in a sector', range: 'garbage of 64 KiB' }
/** From empty to 512 KiB, few of them of whole blocks. */
const files = 64
const longest = 1 << 19
/** In seconds since the epoch. */
const writtenAt = 1_700_000_000

/** Damages a volume of plain files in at least `count` ways, each file in one way at a time, and checks it. */
export async function tryFileCorruptions(binary: string, count: number, drawSeed: number): Promise<Struck[]> {
  const folder = await mkdtemp(join(tmpdir(), 'meshdrill-files-'))
  try {
    const { volume, ...expected } = await writeFiles(binary, folder)
    const draw = createRandom(drawSeed)
    const results: Struck[] = []
    while (results.length < count) {
      const damaged = volume.flatMap((file) => {
        const damage = draw(2) === 0 ? null : damageFile(drawName(draw, studied, fileDamageNames), file, draw)
        return damage ? [{ file, damage }] : []
      })
      for (const { file, damage } of damaged) await put(folder, file.path, damage.content, damage.mode)
      const findings = compareTrees(await list(binary, folder), expected)
      for (const { file, damage } of damaged)
        results.push({ name: damage.name, where: file.path, ...recogniseDamage(damage, file, findings) })
      const accused = findings.find(({ file }) => !damaged.some((one) => one.file.path === file))
      if (accused) throw new Error(`an intact file has a finding: ${JSON.stringify(accused)}`)
      for (const { file } of damaged) await put(folder, file.path, file.content, WHOLE_MODE)
    }
    const [left] = compareTrees(await list(binary, folder), expected)
    if (left) throw new Error(`an intact volume has a finding: ${JSON.stringify(left)}`)
    return results
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Files of mixed sizes in folders; then one block of each is written over. */
async function writeFiles(
  binary: string,
  folder: string,
): Promise<{ volume: PlainFile[]; now: Tree; earlier: Tree[] }> {
  const draw = createRandom(11)
  const volume = Array.from({ length: files }, (_, index): PlainFile => {
    const before = Buffer.from(fillPayload(new Uint8Array(index === 0 ? 0 : draw(longest) >> draw(8)), index, 1))
    const content = Buffer.from(before)
    const at = Math.floor(draw(before.length + 1) / 4096) * 4096
    content.set(fillPayload(new Uint8Array(Math.min(4096, before.length - at)), index, 2), at)
    return { path: `folder-${index % 5}/${index % 3}/file ${index}.dat`, before, content }
  })
  for (const { path, before } of volume) await put(folder, path, before, WHOLE_MODE)
  const earlier = await list(binary, folder)
  for (const { path, content } of volume) await put(folder, path, content, WHOLE_MODE)
  return { volume, earlier: [earlier], now: await list(binary, folder) }
}

async function put(folder: string, path: string, content: Buffer | null, mode: number): Promise<void> {
  const to = join(folder, path)
  if (content === null) await rm(to)
  else {
    await mkdir(dirname(to), { recursive: true })
    await rm(to, { force: true })
    await writeFile(to, content)
    await chmod(to, mode)
    await utimes(to, writtenAt, writtenAt)
  }
  // Damage below the file system leaves no trace in the times.
  for (let above = dirname(to); above.length >= folder.length; above = dirname(above))
    await utimes(above, writtenAt, writtenAt)
}
