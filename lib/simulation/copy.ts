import { Volume, type Snapshot } from './volume.ts'
import type { Mover, World } from './world.ts'

/** Content of a backup. */
export interface Copy {
  held: Snapshot
  /** Number of copied files. */
  files: number
  /** Why the copy is incomplete, else null. */
  problem: string | null
}

/** Number of pieces of a copy, so that other events can happen between them. */
const PIECES = 8
export const STORE_POLL_MS = 250

/** Copies the volume of a namespace to a backup. Calls `begun` when the copy starts. */
export async function copyOut(world: World, traits: ToolTraits, namespace: string, begun: () => void): Promise<Copy> {
  const { clock, movers, store } = world
  const service = world.service(namespace)
  const source = service.volume
  const held = new Volume()
  if (source === null) return { held: held.snapshot(), files: 0, problem: 'there is no volume' }
  const mover: Mover = { namespace, sinceMs: clock.now(), killed: false }
  movers.add(mover)
  if (source.seeding !== null) held.fill(source.seeding)
  // Files that are created later are not copied.
  const files = source.fileCount
  for (let file = 0; file < files; file++) held.removeFile(file)
  let frozen = freeze(source, traits)
  begun()
  let done = 0
  let problem: string | null = null
  while (done < PIECES && problem === null) {
    await clock.sleep(traits.backupMs / PIECES)
    while (store.away && traits.persistent) await clock.sleep(STORE_POLL_MS)
    if (service.volume !== source) problem = 'the volume was lost'
    else if (store.away) problem = 'the store does not answer'
    else if (mover.killed && !traits.persistent) problem = 'the mover was killed'
    else if (mover.killed) {
      mover.killed = false
      done = 0
      frozen = freeze(source, traits)
    } else {
      held.copyFiles(place(done, files), place(done + 1, files), frozen)
      done++
    }
  }
  movers.delete(mover)
  return { held: held.snapshot(), files: place(done, files), problem }
}

const freeze = (source: Volume, { copies }: ToolTraits): Volume =>
  copies === 'at one moment' ? new Volume(source.snapshot()) : source

const place = (piece: number, files: number): number => Math.floor((piece * files) / PIECES)

/** How a simulated backup tool works. */
export interface ToolTraits {
  /** A copy file by file, while the volume is written, is not the state of one moment. */
  copies: 'at one moment' | 'file by file'
  /** Duration of the transfer of a whole volume. */
  backupMs: number
  restoreMs: number
  /** Time from the end of a restore until the service answers. */
  startUpMs: number
  /** Interval of its schedule; null if it only backs up on request. */
  everyMs: number | null
  /** True if it retries after its mover was killed or the store was away. */
  persistent: boolean
  /** True if timestamps are whole seconds, as those of Kubernetes. */
  wholeSeconds: boolean
}
