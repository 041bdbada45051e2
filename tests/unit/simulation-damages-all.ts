import { dataDamages } from './simulation-damages-data.ts'
import { fieldDamages } from './simulation-damages-fields.ts'
import { mendedDamages } from './simulation-damages-mended.ts'
import { proofDamages } from './simulation-damages-proof.ts'
import { toolDamages } from './simulation-damages-tool.ts'
import type { Damage } from './simulation-damages.ts'

/** Everything that is known to be wrong with facts. */
export const damages: Damage[] = [...proofDamages, ...toolDamages, ...dataDamages, ...mendedDamages, ...fieldDamages]
