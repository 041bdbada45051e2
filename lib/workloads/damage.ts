/** Ways to damage data at rest, without the service. */
const DAMAGE_KINDS = [
  /** Flips one byte of each object. */
  'flip',
  /** Overwrites ranges with zeros. */
  'zero',
  /** Truncates files. */
  'truncate',
  /** Replaces objects by an earlier version. */
  'stale',
  /** Writes objects to the places of other objects. */
  'misdirect',
  /** Deletes files. */
  'delete',
  /** Takes away the service's permission to open a file. */
  'permissions',
  /** Encrypts every file in place and leaves a ransom note. */
  'encrypt',
] as const

export type DamageKind = (typeof DAMAGE_KINDS)[number]

/** Builds the entry of each kind by one function, such as a program that takes the kind as an argument. */
export const forEachKind = <Way>(wayOf: (kind: DamageKind) => Way): Record<DamageKind, Way> =>
  Object.fromEntries(DAMAGE_KINDS.map((kind) => [kind, wayOf(kind)])) as Record<DamageKind, Way>

export interface DamageOptions {
  /** Seed of all random choices. */
  seed: number
  /** Number of objects to damage: records, files or pages. Kind `encrypt` damages all. */
  objects: number
}

/** Why a workload does not support a kind of damage. Drills that need it are skipped with this reason. */
export interface Impossible {
  impossible: string
}

/**
 * Commands that damage the data of a workload. A pod that mounts the first claim at /data runs them while the service
 * runs: see faults/support/volume-task.ts.
 *
 * A command prints a JSON line for each change, with at least `file`, `offset`, `before`, `after` and `at` (ISO 8601).
 * Its last line has `changed` (the number of changes) and `from` (ISO 8601: no change was earlier). If it cannot make all
 * changes, it makes none and fails.
 */
export interface Damage {
  /** Image that runs the commands, by its name among the artifacts. */
  readonly image: string
  readonly commands: Readonly<Record<DamageKind, ((options: DamageOptions) => string[]) | Impossible>>
  readonly fill: VolumeFilling | Impossible
}

/** Commands that fill a volume to its last byte and empty it again. */
export interface VolumeFilling {
  /** Creates one file that fills the volume. Prints that change with its `length`. The last line may say why it `ended`. */
  command: string[]
  /** Removes that file. If there is none, the command succeeds and `changed` is 0. */
  undo: string[]
  /** Finds, in the container's log, the first write at or after `fromMs` that the service refused due to the full volume. */
  findRefusal(log: string, fromMs: number): { atMs: number; words: string } | null
}

export const isImpossible = (way: object): way is Impossible => 'impossible' in way

const nothing: Impossible = { impossible: 'it holds no data on a volume' }

/** Damage of a workload without a volume: every kind is impossible. */
export const undamaged: Damage = {
  image: 'meshdrill/busybox',
  commands: forEachKind(() => nothing),
  fill: nothing,
}
