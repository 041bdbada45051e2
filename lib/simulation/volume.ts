import { SEGMENT_SLOTS } from '../workloads/ledger/record.ts'

/**
 * What is in a slot, as a reader of the ledger would find it: a record that verifies, nothing, or one that does not verify
 * as bytes of it differ (`flipped`) or its sectors are of several records (`torn`). `missing` and `short` are of its file.
 */
export interface Slot {
  state: 'ok' | 'empty' | 'missing' | 'short' | 'flipped' | 'torn'
  /** -1 where nothing verifies. */
  sequence: number
  generation: number
  /** The slot that the record itself says it belongs to. */
  place: number
  /** Identity of the payload: two are alike where their content is. */
  payload: number
}

/** What a volume was filled with: slot n of `seeded` holds sequence n, drawn from `seed`. */
export interface Seeding {
  seed: number
  seeded: number
}

/** A volume at one moment. It does not change, and those that are made of it share it. */
export interface Snapshot {
  readonly slots: ReadonlyMap<number, Slot>
  /** Files that are not as below: what each slot of them is that has no entry of its own. */
  readonly files: ReadonlyMap<number, 'missing' | 'empty'>
  readonly below: Snapshot | null
  readonly seeding: Seeding | null
}

const without = (state: Slot['state']): Slot => ({ state, sequence: -1, generation: 0, place: -1, payload: 0 })
export const EMPTY = without('empty')
export const MISSING = without('missing')

export const fileOf = (slot: number): number => Math.floor(slot / SEGMENT_SLOTS)

/** Stands for the content that is drawn from (seed, sequence). */
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
 * A volume of the simulated ledger. It keeps what differs from what it was filled with, and shares what is older than its
 * last snapshot, so its size costs nothing.
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
    // To write into a file that is gone makes it anew, with nothing else in it.
    if (content.state !== 'missing' && this.restOf(file) === 'missing') this.#top.files.set(file, 'empty')
    this.#top.slots.set(slot, content)
  }

  removeFile(file: number): void {
    for (const slot of this.#top.slots.keys()) if (fileOf(slot) === file) this.#top.slots.delete(slot)
    this.#top.files.set(file, 'missing')
  }

  /** Takes over the files from `first` up to before `end` of another volume, as they are now. */
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

  /** What the slots of a file are that have no entry: null where they are as filled. */
  restOf(file: number): 'missing' | 'empty' | null {
    for (let layer: Snapshot | null = this.#top; layer !== null; layer = layer.below) {
      const rest = layer.files.get(file)
      if (rest !== undefined) return rest
    }
    return null
  }

  /** Slots that may differ from what the volume was filled with. */
  touched(): Set<number> {
    const slots = new Set<number>()
    for (let layer: Snapshot | null = this.#top; layer !== null; layer = layer.below)
      for (const slot of layer.slots.keys()) slots.add(slot)
    return slots
  }

  /** Files that are gone, or were made anew. */
  replacedFiles(): Set<number> {
    const files = new Set<number>()
    for (let layer: Snapshot | null = this.#top; layer !== null; layer = layer.below)
      for (const file of layer.files.keys()) files.add(file)
    return files
  }

  /** Of the files that it was filled with and those behind them that were written to. */
  get fileCount(): number {
    let last = Math.ceil((this.seeding?.seeded ?? 0) / SEGMENT_SLOTS) - 1
    for (const slot of this.touched()) last = Math.max(last, fileOf(slot))
    return last + 1
  }

  /** The volume as it is now, at no cost. */
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
