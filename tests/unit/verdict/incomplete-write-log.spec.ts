import { type Edit, chain, drop, finding, loading, proving, reading } from './fact-edits.ts'
import { testPart } from './parts.ts'
import { change } from './facts-builder.ts'

/** With an incomplete write log, a phantom proves nothing, and other damage still does. */
const torn = loading({ error: 'the last line is torn' })
const because = 'the load cannot be trusted: the last line is torn'
const phantom = { kind: 'phantom' as const, file: 'ledger.dat', offset: 0, detail: 'sequence 9 was never sent there' }
const describeFindings = (count: number) =>
  `${count} findings, first phantom in "ledger.dat" at 0: sequence 9 was never sent there`
const found = reading({ findings: [phantom] })
const flipped = 'flipped in "ledger.dat" at 4096: bit 3 of byte 17'

testPart('integrity', [
  ['a record was never sent', found, `fail: ${describeFindings(1)}`],
  [
    'a record looks unsent and the write log is incomplete',
    chain(found, torn),
    `inconclusive: ${describeFindings(1)}; but ${because}`,
  ],
  [
    'a record looks unsent and the load did not report its end',
    chain(found, drop('load.ended')),
    `inconclusive: ${describeFindings(1)}; but the load did not report its end`,
  ],
  [
    'the write log is incomplete and another record is damaged',
    chain(reading({ findings: [phantom, finding] }), torn),
    `fail: 2 findings, first ${flipped}`,
  ],
])

const claim = 'backup "b1" reported "Completed"'
const claimWithPhantom = `${claim}, and phantom in "ledger.dat" at 0: sequence 9 was never sent there`
testPart('backup-content', [
  ['a record of the backup was never sent', proving({}, { findings: [phantom] }), `fail: ${claimWithPhantom}`],
  [
    'a record of the backup looks unsent and the write log is incomplete',
    chain(proving({}, { findings: [phantom] }), torn),
    `inconclusive: ${claimWithPhantom}; but ${because}`,
  ],
  [
    'the write log is incomplete and another record of the backup is damaged',
    chain(proving({}, { findings: [phantom, finding] }), torn),
    `fail: ${claim}, and ${flipped}`,
  ],
])

/** Slot 3 holds a record that was never sent to it. */
const foreign: Edit = (facts) =>
  change(facts, 'integrity.checked', (fact) => ({
    ...fact,
    check: {
      ...fact.check,
      slots: fact.check.slots.map(([slot, sequence]): [number, number] => [slot, slot === 3 ? 999_999 : sequence]),
    },
  }))
testPart('rpo', [
  ['nothing is lost and the write log is incomplete', torn, 'pass: 0 of 441 acknowledged writes lost'],
  [
    'a slot holds a record that was never sent',
    foreign,
    'fail: slot 3 holds sequence 999999, which was never sent to it',
  ],
  [
    'a slot holds a record that looks unsent and the write log is incomplete',
    chain(foreign, torn),
    `inconclusive: RPO is not known: slot 3 holds sequence 999999, which was never sent to it, and ${because}`,
  ],
])
