import { type Edit, chain, drop, finding, loading, proving, reading } from './fact-edits.ts'
import { testPart } from './parts.ts'
import { change } from './facts-builder.ts'

/** Where it is not known what was sent, nobody is accused of what he may have been sent; of what is damaged he is. */
const torn = loading({ error: 'the last line is torn' })
const because = 'the load is not to be trusted: the last line is torn'
const phantom = { kind: 'phantom' as const, file: 'ledger.dat', offset: 0, detail: 'nobody sent sequence 9 there' }
const told = (count: number) => `${count} findings, first phantom in "ledger.dat" at 0: nobody sent sequence 9 there`
const found = reading({ findings: [phantom] })
const flipped = 'flipped in "ledger.dat" at 4096: bit 3 of byte 17'

testPart('integrity', [
  ['what nobody sent', found, `fail: ${told(1)}`],
  ['what nobody is known to have sent', chain(found, torn), `inconclusive: ${told(1)}; but ${because}`],
  [
    'what nobody sent, of a load that told of no end',
    chain(found, drop('load.ended')),
    `inconclusive: ${told(1)}; but the load did not report its end`,
  ],
  [
    'what nobody is known to have sent, beside what is damaged',
    chain(reading({ findings: [phantom, finding] }), torn),
    `fail: 2 findings, first ${flipped}`,
  ],
])

const claim = 'backup "b1" says "Completed"'
const says = `${claim}, and phantom in "ledger.dat" at 0: nobody sent sequence 9 there`
testPart('backup-content', [
  ['what nobody sent', proving({}, { findings: [phantom] }), `fail: ${says}`],
  [
    'what nobody is known to have sent',
    chain(proving({}, { findings: [phantom] }), torn),
    `inconclusive: ${says}; but ${because}`,
  ],
  [
    'what nobody is known to have sent, beside what is damaged',
    chain(proving({}, { findings: [phantom, finding] }), torn),
    `fail: ${claim}, and ${flipped}`,
  ],
])

/** Slot 3 holds what nobody sent to it. */
const foreign: Edit = (facts) =>
  change(facts, 'integrity.checked', (fact) => ({
    ...fact,
    check: {
      ...fact.check,
      slots: fact.check.slots.map(([slot, sequence]): [number, number] => [slot, slot === 3 ? 999_999 : sequence]),
    },
  }))
testPart('rpo', [
  ['nothing that was not sent, of a load that is not to be trusted', torn, 'pass: 0 of 441 acknowledged writes lost'],
  ['what nobody sent', foreign, 'fail: slot 3 holds sequence 999999, which was never sent to it'],
  [
    'what nobody is known to have sent',
    chain(foreign, torn),
    `inconclusive: RPO is not known: slot 3 holds sequence 999999, which was never sent to it, and ${because}`,
  ],
])
