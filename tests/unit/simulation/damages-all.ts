import { dataDamages } from './damages-data.ts'
import { fieldDamages } from './damages-fields.ts'
import { mendedDamages } from './damages-mended.ts'
import { policyDamages } from './damages-policy.ts'
import { proofDamages } from './damages-proof.ts'
import { toolDamages } from './damages-tool.ts'
import type { Damage } from './damages.ts'

/** Everything that is known to be wrong with facts. */
export const damages: Damage[] = [
  ...proofDamages,
  ...policyDamages,
  ...toolDamages,
  ...dataDamages,
  ...mendedDamages,
  ...fieldDamages,
]
