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
import { findWorkloads, scaleDown, scaleUp } from './scale.ts'

/**
 * An operator stops the workloads that use the volumes, copies each volume with restic, and starts the workloads again. The
 * service is down meanwhile, so the backup's time runs from the first command to the last.
 */
export function resticManual(): BackupTool {
  return resticTool('manual', (lab, subject, name) =>
    Promise.resolve(runningBackup(lab, subject.namespace, name, { work: backUpAtRest(lab, subject, name) })),
  )
}

export async function backUpAtRest(lab: Lab, subject: Subject, name: string): Promise<Backup> {
  const { namespace, claims } = subject
  const workloads = await findWorkloads(lab.kube, namespace, claims)
  const copying = scaleDown(lab.kube, workloads).then(async (startedMs) => {
    return { startedMs, ends: await backUpClaims(lab, subject, name) }
  })
  // Start the service again even if the copy failed.
  await Promise.allSettled([copying])
  const endedMs = await scaleUp(lab.kube, workloads)
  const { startedMs, ends } = await copying
  const result = resultOf(ends, backedUpBytes, { ...objectsDetail(subject), ...copyTime(ends) })
  return backupOf(lab, subject, {
    name,
    result: { ...result, startedMs: startedMs ?? result.startedMs, endedMs: endedMs ?? result.endedMs },
    snapshots: snapshotsOf(ends),
  })
}

/** Duration of the copy without the stop and the start; null if unknown. */
function copyTime(ends: { startedMs: number | null; endedMs: number | null }[]): { copyMs: number | null } {
  const times = ends.map(({ startedMs, endedMs }) =>
    startedMs === null || endedMs === null ? null : endedMs - startedMs,
  )
  const known = times.filter((time) => time !== null)
  return { copyMs: known.length === times.length && known.length > 0 ? Math.max(...known) : null }
}
