import type { Lab } from '../../lab/lab.ts'
import type { ExportedNamespace } from '../support/exported-namespace.ts'
import { backupConfiguration, configurationName, type ClaimRepository } from './configuration.ts'
import { coreReference, objectReady, type Timing } from './objects.ts'

/** A namespace that KubeStash backs up. Each claim has a repository of its own. */
export interface Subject extends ExportedNamespace {
  repositories: ClaimRepository[]
}

/** Tells KubeStash of each claim. It skips a backup whose BackupConfiguration is not Ready. */
export async function prepareClaims(
  lab: Lab,
  namespace: string,
  repositories: ClaimRepository[],
  timing: Timing,
): Promise<void> {
  await lab.kube.apply(repositories.map((one) => backupConfiguration(lab, namespace, one)))
  for (const { claim } of repositories)
    await objectReady(lab, coreReference('BackupConfiguration', namespace, configurationName(claim)), timing)
}
