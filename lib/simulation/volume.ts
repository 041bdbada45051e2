import { SEGMENT_SLOTS } from '../workloads/ledger/record.ts'

/**
 * Content of a slot, as a reader of the ledger finds it: a valid record, nothing, or an invalid record. `flipped`: bytes differ.
 * `torn`: its sectors come from several records. `missing` and `short`: its file is missing or too short.
 */
export interface Slot {
  state: 'ok' | 'empty' | 'missing' | 'short' | 'flipped' | 'torn'
  /** -1 without a valid record. */
  sequence: number
  generation: number
  /** The slot that the record itself names. */
  place: number
  /** Identity of the payload: equal for equal content. */
  payload: number
}

/** Initial content of a volume: slot n of `seeded` holds sequence n, with content from `seed`. */
export interface Seeding {
  seed: number
  seeded: number
}

/** An immutable copy of a volume at one point in time. Volumes made from it share it. */
export interface Snapshot {
  readonly slots: ReadonlyMap<number, Slot>
  /** Files that differ from the content below: the state of each slot without a separate entry. */
  readonly files: ReadonlyMap<number, 'missing' | 'empty'>
  readonly below: Snapshot | null
  readonly seeding: Seeding | null
}

const without = (state: Slot['state']): Slot => ({ state, sequence: -1, generation: 0, place: -1, payload: 0 })
export const EMPTY = without('empty')
export const MISSING = without('missing')

export const fileOf = (slot: number): number => Math.floor(slot / SEGMENT_SLOTS)

/** Identity of the payload of a sequence with a seed. */
export function payloadOf(seed: number, sequence: number): number {
  const mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(sequence + 1, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 15)) >>> 0
}

export const recordOf = (seed: number, sequence: number, generation: number, place: number): Slot => ({
  state: 'ok',
  sequence,
  generation,
  place,
  payload: payloadOf(seed, sequence),
})

/**
 * A volume of the simulated ledger. It stores only the differences to its initial content and shares data that is older than its
 * last snapshot, so a large volume costs no memory.
 */
export class Volume {
  #top: Layer

  constructor(from: Snapshot | null = null) {
    this.#top = layerOn(from)
  }

  get seeding(): Seeding | null {
    return this.#top.seeding
  }

  fill(seeding: Seeding): void {
    this.#top.seeding = seeding
  }

  read(slot: number): Slot {
    const file = fileOf(slot)
    for (let layer: Snapshot | null = this.#top; layer !== null; layer = layer.below) {
      const own = layer.slots.get(slot)
      if (own !== undefined) return own
      const rest = layer.files.get(file)
      if (rest !== undefined) return rest === 'missing' ? MISSING : EMPTY
    }
    const { seeding } = this.#top
    if (seeding === null) return MISSING
    return slot < seeding.seeded ? recordOf(seeding.seed, slot, 1, slot) : EMPTY
  }

  write(slot: number, content: Slot): void {
    const file = fileOf(slot)
    // A write to a missing file creates it, with no other content.
    if (content.state !== 'missing' && this.restOf(file) === 'missing') this.#top.files.set(file, 'empty')
    this.#top.slots.set(slot, content)
  }

  removeFile(file: number): void {
    for (const slot of this.#top.slots.keys()) if (fileOf(slot) === file) this.#top.slots.delete(slot)
    this.#top.files.set(file, 'missing')
  }

  /** Copies the current files from `first` up to, but not including, `end` of another volume. */
  copyFiles(first: number, end: number, from: Volume): void {
    for (let file = first; file < end; file++) {
      const rest = from.restOf(file)
      if (rest === null) this.#top.files.delete(file)
      else this.#top.files.set(file, rest)
    }
    for (const slot of from.touched()) {
      const file = fileOf(slot)
      if (file >= first && file < end) this.#top.slots.set(slot, from.read(slot))
    }
  }

  /** State of the slots of a file without separate entries. Null means the initial content. */
  restOf(file: number): 'missing' | 'empty' | null {
    for (let layer: Snapshot | null = this.#top; layer !== null; layer = layer.below) {
      const rest = layer.files.get(file)
      if (rest !== undefined) return rest
    }
    return null
  }

  /** Slots that may differ from the initial content. */
  touched(): Set<number> {
    const slots = new Set<number>()
    for (let layer: Snapshot | null = this.#top; layer !== null; layer = layer.below)
      for (const slot of layer.slots.keys()) slots.add(slot)
    return slots
  }

  /** Files that are missing, or were created again. */
  replacedFiles(): Set<number> {
    const files = new Set<number>()
    for (let layer: Snapshot | null = this.#top; layer !== null; layer = layer.below)
      for (const file of layer.files.keys()) files.add(file)
    return files
  }

  /** Number of files: the initial ones, and later ones that were written. */
  get fileCount(): number {
    let last = Math.ceil((this.seeding?.seeded ?? 0) / SEGMENT_SLOTS) - 1
    for (const slot of this.touched()) last = Math.max(last, fileOf(slot))
    return last + 1
  }

  /** The current state of the volume. Takes constant time. */
  snapshot(): Snapshot {
    const frozen = this.#top
    this.#top = layerOn(frozen)
    return frozen
  }
}

interface Layer extends Snapshot {
  slots: Map<number, Slot>
  files: Map<number, 'missing' | 'empty'>
  seeding: Seeding | null
}

const layerOn = (below: Snapshot | null): Layer => ({
  slots: new Map(),
  files: new Map(),
  below,
  seeding: below?.seeding ?? null,
})
