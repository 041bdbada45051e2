import { isImpossible, type DamageKind, type Impossible } from '../../workloads/damage.ts'
import type { Workload } from '../../workloads/workload.ts'
import type { FaultTarget } from '../fault.ts'
import type { FaultTraits } from '../index.ts'
import type { VolumeProgram } from './volume-task.ts'

/** Why a fault cannot damage a workload's data, else null. */
export function damageObstacle(
  { damages }: Pick<FaultTraits, 'damages'>,
  { title, damage }: Pick<Workload, 'title' | 'damage'>,
): string | null {
  if (damages === undefined) return null
  const way: object = damages === 'fill' ? damage.fill : damage.commands[damages]
  return isImpossible(way) ? `${title}: ${way.impossible}` : null
}

/** The program that damages a workload's data. Errors: no program can. */
export function damageProgram(
  { workload, seed }: Pick<FaultTarget, 'workload' | 'seed'>,
  kind: DamageKind,
  objects: number,
): VolumeProgram {
  const command = possible(workload, workload.damage.commands[kind])
  return { image: workload.damage.image, command: command({ seed, objects }) }
}

/** Errors: the workload's data cannot be damaged so. */
export function possible<Way extends object>({ name }: Pick<Workload, 'name'>, way: Way | Impossible): Way {
  if (isImpossible(way)) throw new Error(`the data of workload "${name}" cannot be damaged so: ${way.impossible}`)
  return way
}

/** The claim whose volume a fault strikes. Errors: the service has none. */
export function firstClaim({ namespace, claims }: Pick<FaultTarget, 'namespace' | 'claims'>): string {
  const [claim] = claims
  if (claim === undefined) throw new Error(`the service of namespace "${namespace}" has no volume to strike`)
  return claim
}
