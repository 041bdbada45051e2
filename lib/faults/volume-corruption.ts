import { faults, type DamagingFault } from './index.ts'
import { OUTPUT_LIMIT, shortenMiddle } from '../output/shorten.ts'
import type { Fault } from './fault.ts'
import { damageProgram, firstClaim } from './support/data-damage.ts'
import { planTask, undosOf } from './support/volume-task.ts'

interface Corruption {
  name: DamagingFault
  description: string
  /** Number of damaged objects: records, files or pages. */
  objects: number
}

export const FLIPPED: Corruption = {
  name: 'volume-corruption',
  description: 'a byte of each of 8 objects is flipped in place',
  objects: 8,
}

export const FILE_DELETED: Corruption = {
  name: 'file-deleted',
  description: 'a file is deleted',
  objects: 1,
}

/** Ways to damage a volume without the service. Sizes and places are random, by the drill's seed. */
export const CORRUPTIONS: readonly Corruption[] = [
  FLIPPED,
  { name: 'volume-zeroed', description: '4 ranges are zeroed, of 512 bytes to 64 KiB', objects: 4 },
  { name: 'volume-truncated', description: '2 files are cut short', objects: 2 },
  {
    name: 'volume-stale',
    description: '4 objects are replaced by an older version',
    objects: 4,
  },
  {
    name: 'volume-misdirected',
    description: '4 objects are written to the places of others',
    objects: 4,
  },
  FILE_DELETED,
  { name: 'wrong-permissions', description: 'a file can no longer be read', objects: 1 },
]

/** Damages the volume by a task of a Chaos Mesh Workflow that mounts the same claim. */
export function volumeCorruption(corruption: Corruption = FLIPPED): Fault {
  const { name, description, objects } = corruption
  return {
    name,
    description,
    requires: () => Promise.resolve([]),
    async plan(lab, target) {
      const program = damageProgram(target, faults[name].damages, objects)
      const claim = firstClaim(target)
      const task = await planTask(lab, { file: 'corrupt-volume.yaml', namespace: target.namespace, claim, program })
      return {
        undo: undosOf(task),
        make: () => task.start(),
        async see() {
          const { changes, fromMs } = parseChanges(await task.log())
          return {
            between: [fromMs, Math.min(...changes.map(({ atMs }) => atMs))],
            evidence: changes.map((c) => `${c.file}@${c.offset}: ${c.before} became ${c.after}`).join('; '),
          }
        },
      }
    },
  }
}

interface ByteChange {
  file: string
  offset: number
  before: string
  after: string
  atMs: number
}

/** Parses the log of a command of `Damage`: a JSON line for each change, and a last line with the totals. */
export function parseChanges(log: string): { changes: ByteChange[]; fromMs: number } {
  const lines = log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, string | number>)
  const summary = lines.pop()
  const changes = lines.map((line) => ({
    file: String(line.file),
    offset: Number(line.offset),
    before: String(line.before),
    after: String(line.after),
    atMs: Date.parse(String(line.at)),
  }))
  if (summary?.changed !== changes.length || changes.length === 0) {
    throw new Error(`the log of the task that corrupts the volume is incomplete: ${shortenMiddle(log, OUTPUT_LIMIT)}`)
  }
  return { changes, fromMs: Date.parse(String(summary.from)) }
}
