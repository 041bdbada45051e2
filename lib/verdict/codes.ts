/**
 * Every answer that a part of a verdict can give: its stable code, its verdict, and one sentence. The code is
 * `<question>.<answer>`. Other programs read codes, so a code that was released keeps its meaning.
 */
export const CODES = {
  'course.complete': passes('The drill was carried out to its end.'),
  'course.no-plan': leavesOpen('The drill has no plan, so what it had to prove is not known.'),
  'course.begun-twice': leavesOpen('Two drills were recorded under the same id.'),
  'course.unreadable-events': leavesOpen('Lines of events.jsonl that may belong to the drill cannot be read.'),
  'course.interrupted': leavesOpen('The drill did not record its end.'),
  'course.stopped-by-error': leavesOpen('An error stopped the drill.'),
  'course.step-failed': leavesOpen('A step of the drill ended with an error.'),
  'course.step-unfinished': leavesOpen('A step of the drill did not end.'),
  'course.skipped-late': leavesOpen('The drill was skipped after it had started.'),

  'clock.steady': passes('The clock did not jump.'),
  'clock.no-time': leavesOpen('A fact has no time.'),
  'clock.set-back': leavesOpen('The clock went back between two facts.'),
  'clock.future-fact': leavesOpen('A fact names a time after it was recorded.'),
  'clock.future-end': leavesOpen('An operation ended after its end was recorded.'),
  'clock.write-disorder': leavesOpen('A write was acknowledged before it was sent.'),
  'clock.late-probes': leavesOpen('Probes were recorded long after they were due.'),

  'probes.complete': passes('At most 1 % of the due probes are missing.'),
  'probes.none': leavesOpen('No probe was recorded.'),
  'probes.interval-changed': leavesOpen('The interval of the probes changed within the drill.'),
  'probes.stopped-by-error': leavesOpen('An error stopped the prober.'),
  'probes.no-end': leavesOpen('The prober did not record its end.'),
  'probes.more-answered-than-sent': leavesOpen('More probes were answered than sent.'),
  'probes.missing': leavesOpen('More than 1 % of the due probes are missing.'),

  'load.sufficient': passes('The load reached its floor and was answered.'),
  'load.no-floor': leavesOpen('The plan names no minimum load.'),
  'load.no-end': leavesOpen('The load generator did not record its end.'),
  'load.untrusted': leavesOpen('The load generator crashed, or its output is damaged.'),
  'load.under-floor': leavesOpen('The load stayed under its floor.'),
  'load.unanswered': leavesOpen('No request of the load was answered.'),

  'fault.seen': passes('The planned fault was seen to take effect.'),
  'fault.not-seen': leavesOpen('No fault was seen to take effect.'),
  'fault.one-not-seen': leavesOpen('A requested fault was not seen to take effect.'),
  'fault.not-requested': leavesOpen('A fault was seen that was never requested.'),
  'fault.not-as-planned': leavesOpen('The planned fault is not among the faults that were seen.'),
  'fault.invalid-time': leavesOpen('The time of the fault is not an interval.'),
  'fault.before-request': leavesOpen('The fault took effect before it was requested.'),
  'fault.healed-early': leavesOpen('The fault was healed before it took effect.'),
  'fault.check-unfinished': leavesOpen('The check for corruption after the fault did not finish.'),
  'fault.not-checked': leavesOpen('No check for corruption was made after the fault.'),

  'leftovers.none': passes('Nothing of the fault is left.'),
  'leftovers.found': fails('A part of the fault is still in the cluster after the drill.'),
  'leftovers.checked-early': leavesOpen('The check for leftovers is from before the fault.'),
  'leftovers.not-checked': leavesOpen('No check for leftovers was made.'),
  'leftovers.unknown': leavesOpen('The check for leftovers failed.'),

  'backup.succeeded': passes('The backup succeeded and moved data.'),
  'backup.no-volume': passes(
    'The backup succeeded. What it moved of volumes does not apply: the service has no volume.',
  ),
  'backup.failed-honestly': passes('The fault hit the backup, and the tool reported that the backup failed.'),
  'backup.failed': fails('The tool reported that the backup failed.'),
  'backup.lost-data': fails('The backup moved zero bytes, was reported as a success, and data is lost.'),
  'backup.none-ended': leavesOpen('No backup was seen to end.'),
  'backup.unfinished': leavesOpen('A requested backup was not seen to end.'),
  'backup.not-requested': leavesOpen('The backup ended and was never requested.'),
  'backup.requested-late': leavesOpen('The backup was requested after the fault.'),
  'backup.ended-late': leavesOpen('The backup ended after the fault.'),
  'backup.end-unknown': leavesOpen('The tool does not report when its scheduled backup ended.'),
  'backup.no-state': leavesOpen('The tool reported no state of the backup.'),
  'backup.failed-without-plan': leavesOpen('The backup failed, and there is no plan that says whether it may.'),
  'backup.failed-early': leavesOpen('The backup failed before the fault could disturb it.'),
  'backup.zero-bytes': leavesOpen('The backup moved zero bytes.'),
  'backup.size-unknown': leavesOpen('The tool does not report how many bytes the backup moved.'),
  'backup.clock-jumped': leavesOpen('The backup ended before it started.'),

  'backup-content.whole': passes('Each record of the disturbed backup is right.'),
  'backup-content.damaged': fails('The disturbed backup was reported as a success and holds wrong records.'),
  'backup-content.not-restorable': fails('The disturbed backup was reported as a success and cannot be restored.'),
  'backup-content.empty': fails('The disturbed backup was reported as a success and holds no record.'),
  'backup-content.not-checked': leavesOpen('The content of the disturbed backup was not checked.'),
  'backup-content.unproven-damage': leavesOpen('Records look wrong, but the write log is incomplete.'),
  'backup-content.unreadable': leavesOpen('The content of the disturbed backup could not be read.'),
  'backup-content.partly-read': leavesOpen('Only some records of the disturbed backup were read.'),
  'backup-content.not-disturbed': leavesOpen('The fault came after the backup had ended.'),

  'restore.succeeded': passes('The restore succeeded.'),
  'restore.no-volume': passes(
    'The restore succeeded. What it moved of volumes does not apply: the service has no volume.',
  ),
  'restore.failed': fails('The tool reported that the restore failed.'),
  'restore.never-tried': fails('The drill ended without a restore.'),
  'restore.before-claim': fails('The restore was reported as a success before its volume claim existed.'),
  'restore.none-ended': leavesOpen('No restore was seen to end.'),
  'restore.not-repeated': leavesOpen('The disturbed restore failed and was not repeated.'),
  'restore.clock-doubt': leavesOpen('The clock jumped, so which of several restores was the last is not known.'),
  'restore.clock-jumped': leavesOpen('The restore ended before it started.'),
  'restore.zero-bytes': leavesOpen('The restore moved zero bytes.'),
  'restore.no-state': leavesOpen('The tool reported no state of the restore.'),
  'restore.not-requested': leavesOpen('The restore ended and was never requested.'),
  'restore.foreign-backup': leavesOpen('The restored backup is not a backup of this drill.'),
  'restore.claim-not-lost': leavesOpen('The volume claim still existed when the restore was requested.'),
  'restore.loss-not-seen': leavesOpen('The loss of the restored data was not seen.'),

  'corruption.undetected': fails('The fault corrupted data, and the check after it found nothing.'),

  'integrity.whole': passes('Every record was read back and is right.'),
  'integrity.lost': fails('Records are missing.'),
  'integrity.stale': fails('Records are older than they must be.'),
  'integrity.torn': fails('Records were written in part only.'),
  'integrity.torn-across-volumes': fails('The volumes of the service are of several moments, so their data disagree.'),
  'integrity.misdirected': fails('Records are in the wrong place.'),
  'integrity.flipped': fails('Bits of records differ from what was written.'),
  'integrity.truncated': fails('Files are shorter than they must be.'),
  'integrity.phantom': fails('Records exist that were never written.'),
  'integrity.changed-attribute': fails('Attributes of files changed.'),
  'integrity.changed-output': fails('A check of the user’s application printed another output than before the backup.'),
  'integrity.empty': fails('No record was there to read back.'),
  'integrity.unproven-damage': leavesOpen('Records look wrong, but the write log is incomplete.'),
  'integrity.damaged-before': leavesOpen('The volume was damaged before the fault.'),
  'integrity.not-checked-before': leavesOpen('The volume was not read before the fault.'),
  'integrity.empty-before': leavesOpen('The volume held no record before the fault.'),
  'integrity.checked-late': leavesOpen('The first check of the volume was made after the fault.'),
  'integrity.not-read': leavesOpen('The volume was not read back at the end.'),
  'integrity.unreadable': leavesOpen('The volume could not be read back.'),
  'integrity.nothing-read': leavesOpen('The check at the end read no data.'),
  'integrity.partly-read': leavesOpen('Fewer records were read back than were there before the fault.'),
  'integrity.read-early': leavesOpen('The volume was read back before it was restored.'),

  'attributes.kept': passes('Every attribute of the files came back.'),
  'attributes.times-or-space': passes('Only times of files, or holes of sparse files, did not come back.'),
  'attributes.not-promised': passes(
    'Attributes of files did not come back that the tool is documented not to keep. It is a finding.',
  ),
  'attributes.changed': fails('Attributes of files did not come back that decide who may use them, and how.'),
  'attributes.changed-before': leavesOpen('Attributes of files changed before the fault.'),
  'attributes.not-compared': leavesOpen('The attributes of the files were not compared at the end.'),

  'rto.within-objective': passes('The service was restored within the objective.'),
  'rto.over-objective': fails('The service was restored later than the objective allows.'),
  'rto.over-objective-at-least': fails('The service was not seen restored, and is already over the objective.'),
  'rto.around-objective': leavesOpen('The objective lies within the measured interval.'),
  'rto.clock-doubt': leavesOpen('The clock jumped, so whether the objective was met is not known.'),
  'rto.unknown': leavesOpen('No fault, no probes or no objective was recorded.'),
  'rto.unusable-probes': leavesOpen('The probes have no interval or no timeout.'),
  'rto.invalid-fault-time': leavesOpen('The time of the fault is not an interval.'),
  'rto.probe-disorder': leavesOpen('The times of a probe contradict each other.'),
  'rto.no-probes': leavesOpen('There are no probes.'),
  'rto.probing-late': leavesOpen('Probing began less than 3 s before the fault.'),
  'rto.unhealthy-before': leavesOpen('The service was not right for 3 s before the fault.'),
  'rto.probe-gap': leavesOpen('Probes are missing within 3 s before the fault.'),
  'rto.no-outage': leavesOpen('The fault did not interrupt the service.'),
  'rto.not-restored': leavesOpen('The service was not right for 3 s before probing ended.'),
  'rto.probing-ended-early': leavesOpen('Probing ended before the restore did.'),

  'rpo.nothing-lost': passes('No acknowledged write is missing.'),
  'rpo.not-measurable': passes(
    'The workload cannot measure what was lost, so RPO is null and the drill is judged without it.',
  ),
  'rpo.within-objective': passes('The lost writes are no older than the objective allows.'),
  'rpo.over-objective': fails('Acknowledged writes are missing, and the objective does not allow this loss.'),
  'rpo.phantoms': fails('The service holds writes that were never sent.'),
  'rpo.around-objective': leavesOpen('The objective lies within the possible age of the oldest lost write.'),
  'rpo.clock-doubt': leavesOpen('The clock jumped, so whether the objective was met is not known.'),
  'rpo.invalid-objective': leavesOpen('The objective is not a duration.'),
  'rpo.unknown': leavesOpen('No fault was seen, or nothing was read back.'),
  'rpo.incomplete-write-log': leavesOpen('The write log may be incomplete.'),
  'rpo.repeated-sequence': leavesOpen('Two writes have the same sequence number.'),
  'rpo.slot-read-twice': leavesOpen('A slot was read back twice.'),
  'rpo.missing-writes': leavesOpen('Sequence numbers are missing in the write log.'),
  'rpo.invalid-slots': leavesOpen('Writes or readings name slots that cannot exist.'),
  'rpo.none-acknowledged': leavesOpen('No write was acknowledged.'),
  'rpo.write-disorder': leavesOpen('A write was acknowledged before it was sent.'),
  'rpo.idle-before-fault': leavesOpen('No write was acknowledged in the 5 s before the fault.'),
  'rpo.written-after-check': leavesOpen('Writes were acknowledged after the volume was read back.'),
  'rpo.unread-slots': leavesOpen('Slots with acknowledged writes were not read back.'),
  'rpo.unreadable-sequence': leavesOpen('A slot holds no readable sequence number.'),
  'rpo.hidden-writes': leavesOpen('Acknowledged writes were replaced after the restore began.'),

  'point-in-time.one': passes('The restored state is the state of one moment.'),
  'point-in-time.not-promised': passes('The strategy does not promise the state of one moment.'),
  'point-in-time.mixed': fails('The restored state mixes several moments, and the strategy promises one.'),
  'point-in-time.unknown': leavesOpen('Whether the restored state is of one moment is not known.'),

  'freshness.current': passes('No write is missing that was acknowledged before the backup was requested.'),
  'freshness.older-backup': fails('Writes from before the backup request are missing, so older data was restored.'),
  'freshness.clock-doubt': leavesOpen('The clock jumped, so whether older data was restored is not known.'),

  'mesh.unchanged': passes('The mesh is as it was before the fault.'),
  'mesh.changed': fails('The mesh is not as it was before the fault.'),
  'mesh.not-seen': leavesOpen('The state of the mesh was not recorded before or after the fault.'),
  'mesh.unknown': leavesOpen('The state of the mesh could not be read.'),
  'mesh.nothing-to-compare': leavesOpen('The state of the mesh before the fault is empty.'),

  'policy.denied': passes('The call that the policy of the mesh denies was denied, and never served.'),
  'policy.failed-open': fails('A call that the policy of the mesh denies was served.'),
  'policy.not-observed': leavesOpen('The mesh offers policies, and no call that they deny was made.'),
  'policy.never-denied': leavesOpen('The call that the policy denies was never seen denied.'),
  'policy.not-denied-before': leavesOpen('The call was not seen denied before the fault.'),
  'policy.not-denied-after': leavesOpen('The call was not seen denied after the service was restored.'),
  'policy.interval-changed': leavesOpen('The interval of the denied calls changed within the drill.'),
  'policy.stopped-by-error': leavesOpen('An error stopped the prober of the policy.'),
  'policy.no-end': leavesOpen('The prober of the policy did not record its end.'),
  'policy.more-answered-than-sent': leavesOpen('More denied calls were answered than sent.'),
  'policy.missing': leavesOpen('More than 1 % of the due denied calls are missing.'),

  'resources.sampled': passes('Resource samples cover backup and restore.'),
  'resources.not-sampled': leavesOpen('No resource samples of the tool cover the backup or the restore.'),

  'outcome.not-recoverable': passes('As expected, the state cannot be brought back.'),
  'outcome.recovered': fails('The state was brought back, although the matrix calls this impossible.'),
  'outcome.not-seen': leavesOpen('Whether the state can be brought back was not seen.'),
} as const satisfies Record<`${string}.${string}`, Meaning>

/** The meaning of a code in one sentence, and its verdict. */
interface Meaning<Verdict extends 'pass' | 'fail' | 'inconclusive' = 'pass' | 'fail' | 'inconclusive'> {
  verdict: Verdict
  meaning: string
}

export type Code = keyof typeof CODES

/** A question that a drill must answer. It is the first half of each code. */
export type Question = Code extends `${infer Name}.${string}` ? Name : never

/** The codes that answer one question. */
export type CodeOf<Name extends Question> = Extract<Code, `${Name}.${string}`>

function passes(meaning: string): Meaning<'pass'> {
  return { verdict: 'pass', meaning }
}

function fails(meaning: string): Meaning<'fail'> {
  return { verdict: 'fail', meaning }
}

function leavesOpen(meaning: string): Meaning<'inconclusive'> {
  return { verdict: 'inconclusive', meaning }
}
