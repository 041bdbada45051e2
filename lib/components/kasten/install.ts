import { podsReady } from '../../kube/client.ts'
import { installChart, requireChart } from '../../lab/charts.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Timing } from './actions.ts'
import { NAMESPACE, profileObjects, waitForProfile } from './profile.ts'
import { applySnapshotClass } from './snapshot-class.ts'

export const CHART = 'kasten/k10'

/** Why K10 cannot be installed, as far as its agreement decides it; null if it can. */
export const findEulaObstacle = ({ terms }: Pick<Lab, 'terms'>): string | null =>
  terms.k10Eula === null
    ? 'Kasten K10 needs you to accept its agreement (EULA). Next: read it, and set MESHDRILL_K10_EULA=accept, MESHDRILL_K10_COMPANY and MESHDRILL_K10_EMAIL'
    : null

/** Installs K10 with the agreement that the user accepted, and resolves when it can use the store. */
export async function installKasten(lab: Lab, timing: Timing): Promise<void> {
  const { k10Eula } = lab.terms
  if (k10Eula === null) throw new Error(`Kasten K10 was not installed: ${findEulaObstacle(lab) ?? ''}`)
  await requireChart(lab, CHART)
  await installChart(lab, {
    name: 'k10',
    namespace: NAMESPACE,
    podSecurity: 'baseline',
    chart: CHART,
    definitions: 'kio.kasten.io',
    values: { eula: { accept: true, company: k10Eula.company, email: k10Eula.email } },
  })
  await podsReady(lab.kube, NAMESPACE, {}, { timeout: timing.ready })
  await applySnapshotClass(lab)
  await lab.kube.apply(profileObjects(lab))
  await waitForProfile(lab, timing)
}
