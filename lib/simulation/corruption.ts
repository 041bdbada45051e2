import type { Fault } from '../faults/fault.ts'
import { SEGMENT_SLOTS } from '../workloads/ledger/record.ts'
import { simulatedFault } from './faults.ts'
import { EMPTY, type Slot, type Volume } from './volume.ts'
import type { World } from './world.ts'

/** Kinds of corruption. `file deleted` and `truncated` damage whole files, the others records. */
export const corruptions = [
  'flipped',
  'torn',
  'zeroed',
  'misdirected',
  'truncated',
  'phantom',
  'file deleted',
  'older generation',
] as const
export type CorruptionKind = (typeof corruptions)[number]

const RECORDS = 8

/** Damages records of the volume in place, without the service. */
export function corruption(world: World, kind: CorruptionKind, records = RECORDS): Fault<string> {
  const description = `${records} records are damaged in place: ${kind}`
  return simulatedFault(world, { name: 'volume-corruption', description }, ({ volume }) => {
    const seeded = volume?.seeding?.seeded ?? null
    if (volume === null || seeded === null) throw new Error('there is no volume to corrupt')
    const draw = world.draw('corruption')
    const hit = Array.from({ length: records }, () => Math.floor(draw() * seeded))
    if (kind === 'file deleted') removeFiles(volume, hit.slice(0, 1).map(fileAt))
    else if (kind === 'truncated') truncate(volume, hit[0] ?? 0)
    else for (const slot of hit) volume.write(slot, damage(kind, volume.read(slot), slot, seeded))
    return { evidence: `${kind}: slots ${hit.join(', ')}` }
  })
}

/** Deletes every hundredth file, at least one seeded file, because the loss of young writes may be within the objective. */
export const everyHundredthFile = (world: World): Fault<string> =>
  simulatedFault(world, { name: 'file-deleted', description: 'every hundredth file is deleted' }, ({ volume }) => {
    if (volume === null) throw new Error('there is no volume to delete files from')
    const { fileCount } = volume
    const filled = Math.ceil((volume.seeding?.seeded ?? 0) / SEGMENT_SLOTS)
    const first = Math.floor(world.draw('corruption')() * Math.min(100, filled))
    const files = Array.from({ length: fileCount }, (_, file) => file).filter((file) => file % 100 === first)
    removeFiles(volume, files)
    return { evidence: `files ${files.join(', ')} of ${fileCount} were removed` }
  })

/** Deletes the first file that the load created, so that only writes of the load are missing. */
export const firstWrittenFile = (world: World): Fault<string> =>
  simulatedFault(world, { name: 'file-deleted', description: 'a file of new records is deleted' }, ({ volume }) => {
    if (volume === null) throw new Error('there is no volume to delete a file from')
    const file = Math.ceil((volume.seeding?.seeded ?? 0) / SEGMENT_SLOTS)
    if (file >= volume.fileCount) throw new Error('no file was created since the volume was seeded')
    removeFiles(volume, [file])
    return { evidence: `file ${file} of ${volume.fileCount} was removed` }
  })

const fileAt = (slot: number): number => Math.floor(slot / SEGMENT_SLOTS)

function removeFiles(volume: Volume, files: number[]): void {
  for (const file of files) volume.removeFile(file)
}

/** Truncates the file of a record within the record. */
function truncate(volume: Volume, slot: number): void {
  const end = (fileAt(slot) + 1) * SEGMENT_SLOTS
  volume.write(slot, { ...EMPTY, state: 'short' })
  for (let behind = slot + 1; behind < end; behind++) volume.write(behind, { ...EMPTY, state: 'short' })
}

function damage(kind: CorruptionKind, content: Slot, slot: number, seeded: number): Slot {
  switch (kind) {
    case 'flipped':
    case 'torn':
      return { ...content, state: kind }
    case 'misdirected':
      return { ...content, place: (slot + 1) % seeded }
    case 'phantom':
      return { ...content, payload: content.payload ^ 1 }
    case 'older generation':
      return { ...content, generation: content.generation - 1 }
    default:
      return EMPTY
  }
}
