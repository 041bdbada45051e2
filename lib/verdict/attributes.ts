import type { FileAttribute, KeptAttribute } from '../record/facts.ts'
import { answer, type Answer } from './answer.ts'
import { type DrillEvidence, select } from './evidence.ts'

/** Attributes that change no right and no content. If they do not come back, it is a finding. */
const FINDINGS: ReadonlySet<FileAttribute> = new Set([
  'time',
  'old-time',
  'time-fraction',
  'folder-time',
  'symlink-time',
  'holes',
])

/**
 * Whether the files have their attributes again. Missing entries and wrong contents are also findings of the integrity
 * check, which fail the drill. Null if the workload compares no attributes.
 */
export function judgeAttributes({ facts, readBack, expectations }: DrillEvidence): Answer<'attributes'> | null {
  const seeded = select(facts, 'integrity.checked').find(({ phase }) => phase === 'seeded')?.check.attributes
  const found = readBack?.check.attributes
  if (seeded === undefined && found === undefined) return null
  const before = listLost(seeded ?? [])
  if (before.length > 0) return answer('attributes.changed-before', `changed before the fault: ${describe(before)}`)
  if (!found?.some(({ entries }) => entries > 0))
    return answer('attributes.not-compared', 'the attributes of the files were not compared at the end')
  const lost = listLost(found)
  if (lost.length === 0) return answer('attributes.kept', 'every attribute of the files came back')
  const harmful = lost.filter(({ attribute }) => !FINDINGS.has(attribute))
  if (harmful.length === 0) return answer('attributes.times-or-space', `finding: ${describe(lost)}`)
  const notKept = expectations?.attributesNotKept ?? []
  const broken = harmful.filter(({ attribute }) => !notKept.includes(attribute))
  return broken.length === 0
    ? answer('attributes.not-promised', `finding: ${describe(lost)}`)
    : answer('attributes.changed', describe(broken))
}

const listLost = (attributes: readonly KeptAttribute[]): KeptAttribute[] =>
  attributes.filter(({ entries, kept }) => kept < entries)

/** Such as "acl of 2 of 2 entries, first "a": is none, was 02". */
function describe(lost: readonly KeptAttribute[]): string {
  const counts = lost.map(({ attribute, entries, kept }) => `${attribute} of ${entries - kept} of ${entries} entries`)
  const [first] = lost[0]?.examples ?? []
  return `${counts.join(', ')}${first === undefined ? '' : `; first "${first.file}": is "${first.is}", was "${first.was}"`}`
}
