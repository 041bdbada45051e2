import type { Lab } from '../../lab/lab.ts'
import type { Backup, BackupTool } from '../tool.ts'
import {
  backUpClaims,
  backupOf,
  objectsDetail,
  resticTool,
  runningBackup,
  snapshotsOf,
  type Subject,
} from './backup.ts'
import { backedUpBytes, resultOf } from './outcome.ts'
import { findUsers, scaleDown, scaleUp } from './scale.ts'

/**
 * What an operator types: stop the workloads that use the volumes, copy each volume out with restic, start them again. The
 * service is away meanwhile, which is the price of a copy at rest: the backup's time is from the first command to the last.
 */
export function resticManual(): BackupTool {
  return resticTool('manual', (lab, subject, name) =>
    Promise.resolve(runningBackup(lab, subject.namespace, name, { work: backUpAtRest(lab, subject, name) })),
  )
}

export async function backUpAtRest(lab: Lab, subject: Subject, name: string): Promise<Backup> {
  const { namespace, claims } = subject
  const users = await findUsers(lab.kube, namespace, claims)
  const copying = scaleDown(lab.kube, users).then(async (startedMs) => {
    return { startedMs, ends: await backUpClaims(lab, subject, name) }
  })
  // Whatever became of the copy: nobody leaves the service down.
  await Promise.allSettled([copying])
  const endedMs = await scaleUp(lab.kube, users)
  const { startedMs, ends } = await copying
  const result = resultOf(ends, backedUpBytes, { ...objectsDetail(subject), ...copyTime(ends) })
  return backupOf(lab, subject, {
    name,
    result: { ...result, startedMs: startedMs ?? result.startedMs, endedMs: endedMs ?? result.endedMs },
    snapshots: snapshotsOf(ends),
  })
}

/** How much of it the copying took. */
function copyTime(ends: { startedMs: number | null; endedMs: number | null }[]): { copyMs: number | null } {
  const times = ends.map(({ startedMs, endedMs }) =>
    startedMs === null || endedMs === null ? null : endedMs - startedMs,
  )
  const known = times.filter((time) => time !== null)
  return { copyMs: known.length === times.length && known.length > 0 ? Math.max(...known) : null }
}
