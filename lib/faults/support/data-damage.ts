import { isImpossible, type DamageKind, type Impossible } from '../../workloads/damage.ts'
import type { Workload } from '../../workloads/workload.ts'
import type { FaultTarget } from '../fault.ts'
import type { FaultTraits } from '../index.ts'
import type { VolumeProgram } from './volume-task.ts'

/** Why a fault cannot damage a workload's data. Null if it can. */
export function damageObstacle(
  { damages }: Pick<FaultTraits, 'damages'>,
  { title, damage }: Pick<Workload, 'title' | 'damage'>,
): string | null {
  if (damages === undefined) return null
  const way: object = damages === 'fill' ? damage.fill : damage.commands[damages]
  return isImpossible(way) ? `${title}: ${way.impossible}` : null
}

/** The program that damages a workload's data. Throws if there is none. */
export function damageProgram(
  { workload, seed }: Pick<FaultTarget, 'workload' | 'seed'>,
  kind: DamageKind,
  objects: number,
): VolumeProgram {
  const command = requirePossible(workload, workload.damage.commands[kind])
  return { image: workload.damage.image, command: command({ seed, objects }) }
}

/** Returns the way to damage the data. Throws if the workload does not support it. */
export function requirePossible<Way extends object>({ name }: Pick<Workload, 'name'>, way: Way | Impossible): Way {
  if (isImpossible(way)) throw new Error(`the data of workload "${name}" cannot be damaged so: ${way.impossible}`)
  return way
}

/** The claim of the volume that a fault strikes. Throws if the service has none. */
export function firstClaim({ namespace, claims }: Pick<FaultTarget, 'namespace' | 'claims'>): string {
  const [claim] = claims
  if (claim === undefined) throw new Error(`the service of namespace "${namespace}" has no volume to strike`)
  return claim
}
