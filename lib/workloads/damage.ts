/** Ways to damage data at rest, behind the service's back. */
const DAMAGE_KINDS = [
  /** A byte of each object is flipped. */
  'flip',
  /** Ranges are zeroed. */
  'zero',
  /** Files are cut short. */
  'truncate',
  /** Objects are what they were before they were written over. */
  'stale',
  /** Objects are written to the places of others. */
  'misdirect',
  /** Files are deleted. */
  'delete',
  /** The service may no longer open a file. */
  'permissions',
  /** Every file is encrypted in place, and a ransom note left. */
  'encrypt',
] as const

export type DamageKind = (typeof DAMAGE_KINDS)[number]

/** The same way for every kind, such as one program that takes the kind as an argument. */
export const forEachKind = <Way>(wayOf: (kind: DamageKind) => Way): Record<DamageKind, Way> =>
  Object.fromEntries(DAMAGE_KINDS.map((kind) => [kind, wayOf(kind)])) as Record<DamageKind, Way>

export interface DamageOptions {
  /** Seed of all random choices. */
  seed: number
  /** How many objects are damaged: records, files or pages. Kind `encrypt` damages them all. */
  objects: number
}

/** Why a workload's data cannot be damaged in some way. Drills that need it are skipped with this reason. */
export interface Impossible {
  impossible: string
}

/**
 * How one kind of data is damaged. A pod that mounts the first claim at /data, beside the service, runs the commands: see
 * faults/support/volume-task.ts.
 *
 * A command prints a JSON line for each change, with at least `file`, `offset`, `before`, `after` and `at` (ISO 8601), and a last
 * line with `changed` (the number of changes) and `from` (ISO 8601: nothing was changed earlier). If it cannot make all changes,
 * it makes none, and fails.
 */
export interface Damage {
  /** The image of the commands, by its name among the artifacts. */
  readonly image: string
  readonly commands: Readonly<Record<DamageKind, ((options: DamageOptions) => string[]) | Impossible>>
  readonly fill: VolumeFilling | Impossible
}

/** How a volume is filled up to its last byte. */
export interface VolumeFilling {
  /** Its one change is the file that takes the room, with its `length`. The last line may say why it `ended`. */
  command: string[]
  /** Removes that file; no file is no error, and `changed` is 0 then. */
  undo: string[]
  /** The first write that the service refused at or after `fromMs` because the volume is full, in the log of its container. */
  findRefusal(log: string, fromMs: number): { atMs: number; words: string } | null
}

export const isImpossible = (way: object): way is Impossible => 'impossible' in way

const nothing: Impossible = { impossible: 'it holds no data on a volume' }

/** Of a workload without a volume. */
export const undamaged: Damage = {
  image: 'meshdrill/busybox',
  commands: forEachKind(() => nothing),
  fill: nothing,
}
