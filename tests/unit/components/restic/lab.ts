import type { KubeObject } from '../../../../lib/kube/object.ts'
import { inFolder } from '../../in-folder.ts'
import { restored, summary } from './output-lines.ts'
import {
  backedUpLab,
  claim,
  deployment,
  makeNamespace,
  standInRestic,
  type JobEnding,
  type ResticStandIn,
} from '../../stand-ins/backed-up-lab.ts'

export const isBackup = (job: KubeObject): boolean => job.metadata.name.startsWith('restic-backup-')
export const endComplete = (job: KubeObject): JobEnding => ({
  state: 'Complete',
  log: isBackup(job) ? summary() : restored,
})
export const jobs = (applied: KubeObject[]): KubeObject[] => applied.filter(({ kind }) => kind === 'Job')

/** Pod template of a Job. */
export const podOf = (job: KubeObject | undefined) =>
  (job?.spec as { template: { metadata: object; spec: { containers: { args: string[]; env: object[] }[] } } }).template

export type World = Parameters<typeof backedUpLab>[0]

/** A lab with the namespace, its claim and its deployment. */
export async function drillLab(options: World) {
  const world = backedUpLab({ objects: [claim('data'), deployment('web', 'data')], ...options })
  await makeNamespace(world.lab)
  return world
}

export const inDrillLab = (
  options: World,
  use: (world: Awaited<ReturnType<typeof drillLab>>, restic: ResticStandIn) => Promise<void>,
) =>
  inFolder(async (folder) => {
    const restic = standInRestic(folder)
    await use(await drillLab({ endJob: endComplete, restic, ...options }), restic)
  })
