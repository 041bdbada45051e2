import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import type { OperationResult } from '../../record/facts.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { exportSubject } from '../support/exported-namespace.ts'
import { waitForRunningPod } from '../support/job-pods.ts'
import { describeObjects } from '../support/namespace-objects.ts'
import { earliest, latest, sumKnown, timeMs } from '../support/times.ts'
import type { Backup, RunningBackup } from '../tool.ts'
import { backupSession, MOVER, PREFIX, repositoriesOf } from './configuration.ts'
import { endJobs } from './jobs.ts'
import { readSize } from './measures.ts'
import {
  coreReference,
  failureOf,
  sessionEnded,
  sessionEndMs,
  storageReference,
  type Session,
  type Snapshot,
  type Timing,
} from './objects.ts'
import { prepareClaims, type Subject } from './prepare.ts'
import { restore } from './restore.ts'

export type Mode = 'logical-backup' | 'logical-incremental'

/** Prepares the namespace, asks for a backup of each of its claims, and returns. */
export async function startBackup(
  lab: Lab,
  namespace: string,
  { name, mode, timing }: { name: string; mode: Mode; timing: Timing },
): Promise<RunningBackup> {
  const { uid, ...exported } = await exportSubject(lab, namespace)
  const subject: Subject = { ...exported, repositories: repositoriesOf(namespace, uid, exported.claims) }
  await prepareClaims(lab, namespace, subject.repositories, timing)
  const state = { counts: mode === 'logical-backup', ended: false }
  const work = backUp(lab, subject, { name, mode, timing }, () => {
    state.counts = true
  })
  const over = () => {
    state.ended = true
  }
  // Its failure is that of `waitUntilFinished`.
  work.then(over, over)
  return {
    name,
    async waitUntilMoving() {
      await waitFor(
        `the backup "${name}" by KubeStash at work on what counts`,
        () => Promise.resolve(state.counts || state.ended ? true : pending('the full backup before it goes on')),
        { timeout: timing.session, every: '20ms' },
      )
      return waitForRunningPod(lab, { namespace, labels: MOVER }, () => Promise.resolve(state.ended))
    },
    waitUntilFinished: () => work,
  }
}

type Options = { name: string; mode: Mode; timing: Timing }

/** The incremental mode takes a full backup before, whose time is not counted. */
async function backUp(lab: Lab, subject: Subject, options: Options, counts: () => void): Promise<Backup> {
  const { name, mode, timing } = options
  const full = mode === 'logical-incremental' ? await backUpClaims(lab, subject, `${name}-full`, timing) : null
  if (full !== null && describeBackup(full, subject.objects).state !== 'Succeeded')
    return backupOf(lab, subject, options, full, describeBackup(full, subject.objects))
  counts()
  const ends = await backUpClaims(lab, subject, name, timing)
  const result = describeBackup(ends, subject.objects)
  const before =
    full === null ? {} : { fullBytesAdded: describeBackup(full, subject.objects).details.bytesAdded ?? null }
  return backupOf(lab, subject, options, ends, { ...result, details: { ...result.details, ...before } })
}

/** How the backup of a claim ended. */
interface ClaimEnd {
  claim: string
  session: Session
  snapshots: Snapshot[]
}

async function backUpClaims(
  lab: Lab,
  { namespace, claims }: Subject,
  name: string,
  timing: Timing,
): Promise<ClaimEnd[]> {
  const sessions = claims.map((claim) => ({ claim, name: `${PREFIX}${name}-${claim}` }))
  for (const one of sessions) await lab.kube.create(backupSession(namespace, one.name, one.claim))
  return Promise.all(
    sessions.map(async ({ claim, name: own }) => {
      const session = await sessionEnded(lab, 'BackupSession', { namespace, name: own }, timing)
      await endJobs(lab, namespace)
      return { claim, session, snapshots: await readSnapshots(lab, namespace, session) }
    }),
  )
}

async function readSnapshots(lab: Lab, namespace: string, { status }: Session): Promise<Snapshot[]> {
  const names = (status?.snapshots ?? []).flatMap(({ name }) => name ?? [])
  const found = await Promise.all(
    names.map((name) => lab.kube.get<Snapshot>(storageReference('Snapshot', namespace, name))),
  )
  return found.filter((one) => one !== null)
}

const statsOf = (snapshots: Snapshot[]) =>
  snapshots.flatMap(({ status }) =>
    Object.values(status?.components ?? {}).flatMap(({ resticStats = [] }) => resticStats),
  )

const errorsOf = (snapshots: Snapshot[]): string[] =>
  snapshots.flatMap(({ status }) => Object.values(status?.components ?? {}).flatMap(({ error }) => error ?? []))

/** The result of all claims: the first that did not succeed decides. */
export function describeBackup(ends: ClaimEnd[], objects: KubeObject[]): OperationResult {
  const failed = ends.find(({ session }) => session.status?.phase !== 'Succeeded')
  const snapshots = ends.flatMap((end) => end.snapshots)
  const stats = statsOf(snapshots)
  const resticEnds = stats.map(({ endTime, summary }) => timeMs(endTime ?? summary?.endTime))
  const total = (of: 'size' | 'uploaded'): number | null => sumKnown(stats.map((one) => readSize(one[of])))
  const said = failed === undefined ? [] : [failureOf(failed.session), ...errorsOf(failed.snapshots)].filter(Boolean)
  return {
    state: failed?.session.status?.phase ?? 'Succeeded',
    succeeded: failed === undefined,
    startedMs: earliest(ends.map(({ session }) => timeMs(session.metadata.creationTimestamp))),
    endedMs: latest([...ends.map(({ session }) => sessionEndMs(session)), ...resticEnds]),
    // Without a Snapshot nothing was stored, whatever the phase.
    bytes: total('size'),
    details: {
      volumes: ends.length,
      bytesAdded: total('uploaded'),
      message: failed === undefined ? null : said.join('; ') || 'KubeStash says nothing of the reason',
      claim: failed?.claim ?? null,
      objects: describeObjects(objects),
    },
  }
}

function backupOf(
  lab: Lab,
  subject: Subject,
  { name, timing }: Options,
  ends: ClaimEnd[],
  result: OperationResult,
): Backup {
  const { namespace } = subject
  const stored = ends.flatMap(({ claim, snapshots }) =>
    snapshots
      .filter(({ status }) => status?.phase === 'Succeeded')
      .map(({ metadata }) => ({ claim, snapshot: metadata.name })),
  )
  const sessions: ObjectReference[] = ends.map(({ session }) =>
    coreReference('BackupSession', namespace, session.metadata.name),
  )
  const objects = [...sessions, ...stored.map(({ snapshot }) => storageReference('Snapshot', namespace, snapshot))]
  return {
    name,
    result,
    objects,
    restore: ({ into } = {}) => restore(lab, subject, stored, { name, into: into ?? null, timing }),
  }
}
