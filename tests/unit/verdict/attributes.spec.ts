import type { FileAttribute, IntegrityCheck, KeptAttribute } from '../../../lib/record/facts.ts'
import { chain, type Edit, expecting, reading } from './fact-edits.ts'
import { change } from './facts-builder.ts'
import { testPart } from './parts.ts'

const row = (attribute: FileAttribute, kept: number, entries = 4): KeptAttribute => ({
  ...{ attribute, entries, kept },
  examples: kept === entries ? [] : [{ file: 'a', was: '02', is: '' }],
})

const seeding = (attributes: KeptAttribute[]): Edit => {
  const check = (before: IntegrityCheck): IntegrityCheck => ({ ...before, attributes })
  return (facts) =>
    change(facts, 'integrity.checked', (fact) =>
      fact.phase === 'seeded' ? { ...fact, check: check(fact.check) } : fact,
    )
}
const comparing = (...attributes: KeptAttribute[]): Edit =>
  chain(seeding(attributes.map(({ attribute, entries }) => row(attribute, entries, entries))), reading({ attributes }))

const loses = 'of 1 of 4 entries; first "a": is "", was "02"'

testPart('attributes', [
  ['the workload compares none', (facts) => facts, null],
  ['all are kept', comparing(row('acl', 4), row('holes', 4)), 'pass: every attribute of the files came back'],
  ['an ACL is lost', comparing(row('owner', 4), row('acl', 3)), `fail: acl ${loses}`],
  [
    'an ACL is lost that the tool is documented not to keep',
    chain(comparing(row('acl', 3)), expecting({ attributesNotKept: ['acl'] })),
    `pass: finding: acl ${loses}`,
  ],
  [
    'an owner is lost beside an ACL that the tool is documented not to keep',
    chain(comparing(row('owner', 3), row('acl', 0)), expecting({ attributesNotKept: ['acl'] })),
    `fail: owner ${loses}`,
  ],
  ['holes of sparse files are lost', comparing(row('holes', 3)), `pass: finding: holes ${loses}`],
  ['times are lost', comparing(row('time', 3)), `pass: finding: time ${loses}`],
  ['permissions are lost beside times', comparing(row('permissions', 3), row('time', 3)), `fail: permissions ${loses}`],
  [
    'attributes had changed before the fault',
    chain(seeding([row('group', 3)]), reading({ attributes: [row('group', 4)] })),
    `inconclusive: changed before the fault: group ${loses}`,
  ],
  [
    'they were compared before the fault only',
    seeding([row('group', 4)]),
    'inconclusive: the attributes of the files were not compared at the end',
  ],
  [
    'no entry is left to compare',
    chain(seeding([row('group', 4)]), reading({ attributes: [row('group', 0, 0)] })),
    'inconclusive: the attributes of the files were not compared at the end',
  ],
  [
    'an attribute could not be made on the volume',
    comparing({ ...row('acl', 0, 0), missing: 'operation not supported' }, row('owner', 4)),
    'pass: every attribute of the files came back',
  ],
])
