import backupInterrupted from './backup-interrupted.ts'
import containerCrash from './container-crash.ts'
import malice from './malice.ts'
import namespaceDeletion from './namespace-deletion.ts'
import network from './network.ts'
import nodeOutage from './node-outage.ts'
import resourceExhaustion from './resource-exhaustion.ts'
import restoreInterrupted from './restore-interrupted.ts'
import volumeCorruption from './volume-corruption.ts'

/** Every drill, by the family of faults that it belongs to. */
export const families = {
  'backup-interrupted': backupInterrupted,
  'container-crash': containerCrash,
  malice,
  'namespace-deletion': namespaceDeletion,
  network,
  'node-outage': nodeOutage,
  'resource-exhaustion': resourceExhaustion,
  'restore-interrupted': restoreInterrupted,
  'volume-corruption': volumeCorruption,
}
