import type { Finding, FindingKind, IntegrityCheck, Write } from '../record/facts.ts'
import { placeOf, RECORD_BYTES, SEGMENT_SLOTS } from '../workloads/ledger/record.ts'
import { fileOf, payloadOf, type Seeding, type Slot, type Volume } from './volume.ts'

/** Consecutive slots with wrong content. */
interface Mismatch {
  kind: FindingKind
  /** Text without the slot. */
  cause: string
  first: number
  last: number
}

/**
 * Compares a volume with the writes that were sent to it, like the ledger's check, which compares bytes. A missing write is no
 * finding: `slots` shows it. Reads only slots that differ from the initial content.
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
  const mismatches: Mismatch[] = [...files.mismatches]
  const found = new Map<number, number>()
  let objects = seeding.seeded - files.lost
  for (const slot of touched) {
    const content = volume.read(slot)
    const whole = hasRecord(content)
    if (slot >= seeding.seeded) objects += whole ? 1 : 0
    else objects -= whole ? 0 : 1
    const mismatch = judge(slot, content, seeding, sent.get(content.sequence))
    if (mismatch) mismatches.push({ ...mismatch, first: slot, last: slot })
    else if (content.state === 'ok') found.set(slot, content.sequence)
  }
  // Other slots have their initial content.
  const initialSequence = (slot: number) => (volume.read(slot).state === 'ok' ? slot : -1)
  return {
    objects,
    bytes: objects * RECORD_BYTES,
    findings: nameFindings(mismatches),
    slots: Array.from(Float64Array.from(sentTo).sort(), (slot) => [
      slot,
      touched.has(slot) ? (found.get(slot) ?? -1) : initialSequence(slot),
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
      // The finding of the lost file includes it.
      return null
    case 'short':
      return { kind: 'truncated' as const, cause: 'the file ends within the record' }
    case 'flipped':
    case 'torn':
      return { kind: state, cause: `the record does not verify` }
    case 'ok':
  }
  if (place !== slot) return { kind: 'misdirected' as const, cause: `holds the record of slot ${place}` }
  const write = sent?.slot === slot ? sent : undefined
  if (!write && !(slot < seeded && sequence === slot))
    return { kind: 'phantom' as const, cause: `sequence ${sequence} was never sent there` }
  const sentGeneration = write?.generation ?? 1
  if (generation !== sentGeneration)
    return {
      kind: generation < sentGeneration ? ('stale' as const) : ('phantom' as const),
      cause: `sequence ${sequence} is of generation ${generation}`,
    }
  return payload === payloadOf(seed, sequence)
    ? null
    : { kind: 'phantom' as const, cause: `sequence ${sequence} has content that was never sent` }
}

/** Seeded records in lost files, file by file. Slots that were written later are not counted. */
function findLostFiles(
  volume: Volume,
  { seeded }: Seeding,
  touched: Set<number>,
): { mismatches: Mismatch[]; lost: number } {
  const mismatches: Mismatch[] = []
  let lost = 0
  const touchedIn = new Map<number, number>()
  for (const slot of touched) if (slot < seeded) touchedIn.set(fileOf(slot), (touchedIn.get(fileOf(slot)) ?? 0) + 1)
  const filled = Math.ceil(seeded / SEGMENT_SLOTS)
  const files = volume.seeding === null ? Array.from({ length: filled }, (_, file) => file) : volume.replacedFiles()
  for (const file of files) {
    if (file >= filled || (volume.seeding !== null && volume.restOf(file) === null)) continue
    const [first, end] = [file * SEGMENT_SLOTS, Math.min(seeded, (file + 1) * SEGMENT_SLOTS)]
    lost += end - first - (touchedIn.get(file) ?? 0)
    mismatches.push({ kind: 'lost', cause: 'its file is not there', first, last: end - 1 })
  }
  return { mismatches, lost }
}

/** Consecutive slots with the same damage become one finding. */
function nameFindings(mismatches: Mismatch[]): Finding[] {
  const runs: Mismatch[] = []
  for (const mismatch of mismatches.sort((one, other) => one.first - other.first)) {
    const run = runs.at(-1)
    const sameFile = run !== undefined && placeOf(run.first).file === placeOf(mismatch.first).file
    if (run?.cause === mismatch.cause && run.kind === mismatch.kind && sameFile && run.last === mismatch.first - 1)
      run.last = mismatch.last
    else runs.push({ ...mismatch })
  }
  return runs.map(({ kind, cause, first, last }) => ({
    kind,
    ...placeOf(first),
    detail: `${first === last ? `slot ${first}` : `slots ${first}-${last}`}: ${cause}`,
  }))
}
