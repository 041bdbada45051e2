import type { Finding, FindingKind, IntegrityCheck, Write } from '../record/facts.ts'
import { placeOf, RECORD_BYTES, SEGMENT_SLOTS } from '../workloads/ledger/record.ts'
import { fileOf, payloadOf, type Seeding, type Slot, type Volume } from './volume.ts'

/** One slot that is not what it should be. */
interface Misfit {
  kind: FindingKind
  /** In words, without the slot. */
  cause: string
  first: number
  last: number
}

/**
 * Compares a volume with what was sent to it, as the ledger's own check does by the bytes: a write that is not there is no
 * finding, `slots` shows it. Looks only at slots that differ from what was seeded.
 */
export function checkVolume(volume: Volume, seeding: Seeding, writes: Write[]): IntegrityCheck {
  const sent = new Map<number, Write>()
  const sentTo = new Set<number>()
  for (const write of writes) {
    sent.set(write.sequence, write)
    sentTo.add(write.slot)
  }
  const touched = volume.touched()
  const files = findLostFiles(volume, seeding, touched)
  const misfits: Misfit[] = [...files.misfits]
  const found = new Map<number, number>()
  let objects = seeding.seeded - files.lost
  for (const slot of touched) {
    const content = volume.read(slot)
    const whole = hasRecord(content)
    if (slot >= seeding.seeded) objects += whole ? 1 : 0
    else objects -= whole ? 0 : 1
    const misfit = judge(slot, content, seeding, sent.get(content.sequence))
    if (misfit) misfits.push({ ...misfit, first: slot, last: slot })
    else if (content.state === 'ok') found.set(slot, content.sequence)
  }
  // What was never touched is as it was seeded.
  const untouched = (slot: number) => (volume.read(slot).state === 'ok' ? slot : -1)
  return {
    objects,
    bytes: objects * RECORD_BYTES,
    findings: nameFindings(misfits),
    slots: Array.from(Float64Array.from(sentTo).sort(), (slot) => [
      slot,
      touched.has(slot) ? (found.get(slot) ?? -1) : untouched(slot),
    ]),
    error: null,
  }
}

const hasRecord = ({ state }: Slot): boolean => state === 'ok' || state === 'flipped' || state === 'torn'

function judge(slot: number, content: Slot, { seed, seeded }: Seeding, sent: Write | undefined) {
  const { state, sequence, generation, place, payload } = content
  switch (state) {
    case 'empty':
      return slot < seeded ? { kind: 'lost' as const, cause: 'the seeded record is not there' } : null
    case 'missing':
      // Told of with its file.
      return null
    case 'short':
      return { kind: 'truncated' as const, cause: 'the file ends before the record does' }
    case 'flipped':
    case 'torn':
      return { kind: state, cause: `the record does not verify` }
    case 'ok':
  }
  if (place !== slot) return { kind: 'misdirected' as const, cause: `holds the record of slot ${place}` }
  const write = sent?.slot === slot ? sent : undefined
  if (!write && !(slot < seeded && sequence === slot))
    return { kind: 'phantom' as const, cause: `nobody sent sequence ${sequence} there` }
  const sentGeneration = write?.generation ?? 1
  if (generation !== sentGeneration)
    return {
      kind: generation < sentGeneration ? ('stale' as const) : ('phantom' as const),
      cause: `sequence ${sequence} is of generation ${generation}`,
    }
  return payload === payloadOf(seed, sequence)
    ? null
    : { kind: 'phantom' as const, cause: `sequence ${sequence} has content that nobody sent` }
}

/** Seeded records that are gone with their file, file by file; slots that were written since are not counted. */
function findLostFiles(volume: Volume, { seeded }: Seeding, touched: Set<number>): { misfits: Misfit[]; lost: number } {
  const misfits: Misfit[] = []
  let lost = 0
  const touchedIn = new Map<number, number>()
  for (const slot of touched) if (slot < seeded) touchedIn.set(fileOf(slot), (touchedIn.get(fileOf(slot)) ?? 0) + 1)
  const filled = Math.ceil(seeded / SEGMENT_SLOTS)
  const files = volume.seeding === null ? Array.from({ length: filled }, (_, file) => file) : volume.replacedFiles()
  for (const file of files) {
    if (file >= filled || (volume.seeding !== null && volume.restOf(file) === null)) continue
    const [first, end] = [file * SEGMENT_SLOTS, Math.min(seeded, (file + 1) * SEGMENT_SLOTS)]
    lost += end - first - (touchedIn.get(file) ?? 0)
    misfits.push({ kind: 'lost', cause: 'its file is not there', first, last: end - 1 })
  }
  return { misfits, lost }
}

/** Slots in a row that have the same thing wrong are one finding. */
function nameFindings(misfits: Misfit[]): Finding[] {
  const runs: Misfit[] = []
  for (const misfit of misfits.sort((one, other) => one.first - other.first)) {
    const run = runs.at(-1)
    const sameFile = run !== undefined && placeOf(run.first).file === placeOf(misfit.first).file
    if (run?.cause === misfit.cause && run.kind === misfit.kind && sameFile && run.last === misfit.first - 1)
      run.last = misfit.last
    else runs.push({ ...misfit })
  }
  return runs.map(({ kind, cause, first, last }) => ({
    kind,
    ...placeOf(first),
    detail: `${first === last ? `slot ${first}` : `slots ${first}-${last}`}: ${cause}`,
  }))
}
