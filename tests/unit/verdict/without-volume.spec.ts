import { backingUp, chain, drop, type Edit, expecting, finding, reading, restoring } from './fact-edits.ts'
import { change } from './facts-builder.ts'
import { editing, testPart } from './parts.ts'

/** A drill of a service that has no volume. The tool moved no byte, and no claim was seen. */
const withoutVolume: Edit = chain(
  editing('drill.planned', { withoutVolume: true, loss: { by: 'none', reason: 'it writes nothing' } }),
  drop('writes'),
  backingUp({ bytes: 0 }),
  restoring({ bytes: 0 }),
)
const words = 'moved bytes and claims do not apply, because the service has no volume'

testPart('backup', [
  ['the service has no volume', withoutVolume, `pass: backup "b1" ended as "Completed"; ${words}`],
  [
    'the service has no volume, and the tool reports no bytes',
    chain(withoutVolume, backingUp({ bytes: null })),
    `pass: backup "b1" ended as "Completed"; ${words}`,
  ],
  [
    'the service has no volume, and an object is lost',
    chain(withoutVolume, reading({ findings: [{ ...finding, kind: 'lost' }] })),
    'fail: backup "b1" reported "Completed", but it moved zero bytes, and data is lost',
  ],
  [
    'the backup of a service without a volume failed',
    chain(withoutVolume, backingUp({ state: 'Failed', succeeded: false })),
    'fail: backup "b1" ended as "Failed"',
  ],
  [
    'the service has a volume, and zero bytes were moved',
    backingUp({ bytes: 0 }),
    'inconclusive: backup "b1" reported "Completed", but it moved zero bytes',
  ],
])

testPart('restore', [
  ['the service has no volume', withoutVolume, `pass: restore of "b1" ended as "Completed"; ${words}`],
  [
    'the restore of a service without a volume failed',
    chain(withoutVolume, restoring({ state: 'Failed', succeeded: false })),
    'fail: restore of "b1" ended as "Failed"',
  ],
  [
    'nothing shows that a service without a volume was lost',
    chain(withoutVolume, expecting({ outage: false })),
    'inconclusive: the loss of the data that "b1" restored was not seen',
  ],
  [
    'a service without a volume was restored from a foreign backup',
    chain(withoutVolume, (facts) => change(facts, 'backup.ended', (fact) => ({ ...fact, name: 'b2' }))),
    'inconclusive: the restored backup "b1" is not a backup of this drill',
  ],
  [
    'the service has a volume, and zero bytes were moved',
    restoring({ bytes: 0 }),
    'inconclusive: restore of "b1" reported "Completed", but it moved zero bytes',
  ],
])

testPart('integrity', [
  [
    'an object of a service without a volume is lost',
    chain(withoutVolume, reading({ findings: [{ ...finding, kind: 'lost' }] })),
    'fail: 1 findings, first lost in "ledger.dat" at 4096: bit 3 of byte 17',
  ],
])
