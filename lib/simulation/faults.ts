import { UNTIL_HEALED, type Fault } from '../faults/fault.ts'
import type { PerformUndo } from '../faults/undo/heal.ts'
import type { Service } from './service.ts'
import type { World } from './world.ts'

/** Result of a simulated fault: its evidence, and the function that undoes it. */
interface Strike {
  evidence: string
  heal?: () => string
}

/** A fault that strikes at once and is observed a moment later. */
export function simulatedFault(
  world: World,
  { name, description, lasts }: Pick<Fault<string>, 'name' | 'description' | 'lasts'>,
  strike: (service: Service, namespace: string) => Strike,
): Fault<string> {
  const { clock, host } = world
  return {
    name,
    description,
    ...(lasts === undefined ? {} : { lasts }),
    requires: () => Promise.resolve([]),
    plan: (_lab, { namespace }) => {
      const heals: (() => string)[] = []
      let fromMs = 0
      let evidence = ''
      return Promise.resolve({
        undo: [{ kind: 'delete-object', object: { ...SIMULATED, metadata: { name } }, mark: '' }],
        async make() {
          const draw = world.draw('fault')
          await clock.sleep(50 + 100 * draw())
          fromMs = host.now()
          const struck = strike(world.service(namespace), namespace)
          evidence = struck.evidence
          if (struck.heal !== undefined) heals.push(struck.heal)
          world.heals.set(name, heals)
        },
        async see() {
          const draw = world.draw('fault')
          await clock.sleep(1 + 10 * draw())
          const between: [number, number] = [fromMs, host.now()]
          await clock.sleep(20 + 80 * draw())
          return { between, evidence }
        },
      })
    },
  }
}

const SIMULATED = { apiVersion: 'simulated.invalid/v1', kind: 'Fault' }

/** Undoes a simulated fault, which it finds by the name of the undo's object. */
export const simulatedUndo =
  (world: World): PerformUndo =>
  async (_lab, undo) => {
    await world.clock.sleep(20)
    const heals = undo.kind === 'delete-object' ? (world.heals.get(undo.object.metadata.name) ?? []) : []
    const [words = 'it leaves nothing to undo'] = heals.splice(0).map((heal) => heal())
    return words
  }

/** Ends the service's process, which restarts by itself. After each pair's `upMs` the process ends again. */
export function crash(world: World, outages: readonly { awayMs: number; upMs: number }[]): Fault<string> {
  const playOutages = async (service: Service) => {
    for (const [index, { awayMs, upMs }] of outages.entries()) {
      await service.startLater(awayMs)
      if (index === outages.length - 1) return
      await world.clock.sleep(upMs)
      service.stop()
    }
  }
  return simulatedFault(
    world,
    { name: 'container-kill', description: 'the process of the service is ended' },
    (service) => {
      service.stop()
      void playOutages(service)
      return { evidence: `the process ended, ${outages.length} times in all` }
    },
  )
}

export const namespaceDeletion = (world: World): Fault<string> =>
  simulatedFault(
    world,
    { name: 'namespace-deletion', description: 'the namespace is deleted, with its volume' },
    (service, namespace) => {
      service.remove()
      return { evidence: `namespace "${namespace}" and its volume were gone` }
    },
  )

/** Refuses a share of the requests and slows the others, until it is undone. */
export const brownOut = (
  world: World,
  { refused, slowness, lasts }: { refused: number; slowness: number; lasts: string },
): Fault<string> =>
  simulatedFault(world, { name: 'brown-out', description: 'the service answers in part', lasts }, (service) => {
    service.brownOut = { refused, slowness }
    return {
      evidence: `${Math.round(refused * 100)} % of the requests refused, the others ${slowness} times as slow`,
      heal: () => {
        service.brownOut = null
        return 'every request is answered'
      },
    }
  })

export const moverKill = (world: World): Fault<string> =>
  simulatedFault(world, { name: 'tool-kill', description: 'the pods that move the data are killed' }, () => {
    const { size } = world.movers
    if (size === 0) throw new Error('no pod moves data, so there is nothing to kill')
    for (const mover of world.movers) mover.killed = true
    return { evidence: `${size} movers were killed` }
  })

export const storeAway = (world: World, lasts: string = UNTIL_HEALED): Fault<string> =>
  simulatedFault(world, { name: 'store-away', description: 'the store does not answer', lasts }, () => {
    world.store.away = true
    return {
      evidence: 'a connection to the store was refused',
      heal: () => {
        world.store.away = false
        return 'the store answers'
      },
    }
  })

/** Changes nothing, but reports that it took effect. */
export const harmless = (world: World): Fault<string> =>
  simulatedFault(world, { name: 'harmless', description: 'nothing is changed' }, () => ({
    evidence: 'nothing was seen',
  }))
