import type { ProvisionedService } from '../drill/service.ts'
import type { Fault } from '../faults/fault.ts'
import type { Expectations } from '../record/facts.ts'
import { corruption, corruptions } from './corruption.ts'
import { brownOut, crash, harmless, moverKill, namespaceDeletion, storeAway } from './faults.ts'
import type { ToolTraits } from './copy.ts'
import type { World } from './world.ts'

/** Steps of a drill, like those of a spec. */
export type Course = (service: ProvisionedService, world: World) => Promise<void>

/** A fault, the steps of its drill, and the required observations. */
export interface Trouble {
  fault: (world: World, draw: () => number) => Fault<string>
  course: Course
  expects: Partial<Expectations>
  tool?: Partial<ToolTraits>
}

const survive: Course = async (service) => {
  await service.backUp()
  await service.break()
  await service.settle()
}
const restoreAll: Course = async (service) => {
  const backup = await service.backUp()
  await service.break()
  await service.restore(backup)
  await service.settle()
}
const replace: Course = async (service) => {
  const backup = await service.backUp()
  await service.break()
  await service.detect()
  await service.discard()
  await service.restore(backup)
  await service.settle()
}
const interrupt: Course = async (service) => {
  const running = await service.startBackup()
  await service.break()
  await service.prove(await running.ended())
  await service.settle()
}
/** Backs up a second time when the first backup is old. */
const backUpAgain: Course = async (service, world) => {
  await service.backUp()
  await world.clock.sleep(OLD_MS)
  await restoreAll(service, world)
}
/** Waits until a scheduled tool has made another backup before the fault. */
const wait: Course = async (service, { clock }) => {
  const backup = await service.backUp()
  await clock.sleep(8_000)
  await service.break()
  await service.restore(backup)
  await service.settle()
}

/** The service is lost first. The fault strikes the restore. */
const strikeTheRestore: Course = async (service, world) => {
  const backup = await service.backUp()
  await service.lose(namespaceDeletion(world))
  const restore = await service.startRestore(backup)
  await service.break()
  await restore.ended()
  await service.settle()
}

/** The age of a backup that is too old for the objective. */
const OLD_MS = 15_000

const seconds = (draw: () => number, least: number, most: number): number =>
  Math.round(1000 * (least + (most - least) * draw()))
const lost = { outage: true, restore: true }

/** All faults of simulated drills, by name. */
export const troubles = {
  crash: {
    fault: (world, draw) => crash(world, [{ awayMs: seconds(draw, 0.5, 4), upMs: 0 }]),
    course: survive,
    expects: { outage: true },
  },
  flapping: {
    fault: (world, draw) =>
      crash(
        world,
        Array.from({ length: 2 + Math.floor(3 * draw()) }, () => ({
          awayMs: seconds(draw, 0.3, 1.5),
          upMs: seconds(draw, 0.2, 2),
        })),
      ),
    course: survive,
    expects: { outage: true },
  },
  'brown-out': {
    fault: (world, draw) =>
      brownOut(world, { refused: 0.3 + 0.6 * draw(), slowness: 1 + 10 * draw(), lasts: `${seconds(draw, 2, 5)}ms` }),
    course: survive,
    expects: { outage: true },
  },
  deletion: { fault: namespaceDeletion, course: restoreAll, expects: lost },
  'deletion after two backups': { fault: namespaceDeletion, course: backUpAgain, expects: lost },
  'deletion, backed up on a schedule': {
    fault: namespaceDeletion,
    course: wait,
    expects: lost,
    tool: { everyMs: 4_000, backupMs: 1_000 },
  },
  corruption: {
    fault: (world, draw) => corruption(world, corruptions[Math.floor(draw() * corruptions.length)] ?? 'flipped'),
    course: replace,
    expects: { corruption: true, restore: true },
  },
  'mover killed': { fault: moverKill, course: interrupt, expects: { backupMayFail: true } },
  'store away': {
    fault: (world, draw) => storeAway(world, `${seconds(draw, 1, 3)}ms`),
    course: interrupt,
    expects: { backupMayFail: true },
  },
  'restore disturbed': {
    fault: (world, draw) => (draw() < 0.5 ? moverKill(world) : storeAway(world, `${seconds(draw, 1, 2)}ms`)),
    course: strikeTheRestore,
    expects: { ...lost, restoreMayFail: true },
    tool: { restoreMs: 3_000 },
  },
  /** No drill with this fault may pass, because it proves nothing. */
  'fault without effect': { fault: harmless, course: restoreAll, expects: lost },
} as const satisfies Record<string, Trouble>

export type TroubleName = keyof typeof troubles

/** Troubles that a working tool recovers from, so that a drill of it passes. */
export const survivable = (Object.keys(troubles) as TroubleName[]).filter((name) => name !== 'fault without effect')
