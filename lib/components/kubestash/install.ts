import type { V1Pod } from '@kubernetes/client-node'
import { isReady } from '../../kube/client.ts'
import { OUTPUT_LIMIT, shortenMiddle, shellCommand } from '../../output/shorten.ts'
import { protectSecret } from '../../output/secrets.ts'
import { messageOf } from '../../system/file-error.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { installChart, requireChart } from '../../lab/charts.ts'
import type { Lab } from '../../lab/lab.ts'
import { readLicense } from './license.ts'
import { objectReady, storageReference, type Timing } from './objects.ts'
import { NAMESPACE, STORAGE_NAME, storageObjects } from './storage.ts'

export const RELEASE = 'kubestash'
const CHART = 'kubestash/kubestash'
const OPERATOR = { 'app.kubernetes.io/name': 'kubestash-operator', 'app.kubernetes.io/instance': RELEASE }

/** Starts after which an operator that ended each time will not come up. */
const HOPELESS_STARTS = 2

/** Installs KubeStash with the user's licence, and resolves when the store can be used. */
export async function installKubestash(lab: Lab, timing: Timing): Promise<void> {
  const { stashLicense: file } = lab.terms
  if (file === null)
    throw new Error('KubeStash cannot be installed without a licence. Next: set MESHDRILL_STASH_LICENSE')
  const { pem } = readLicense(file)
  protectSecret(pem)
  await requireChart(lab, CHART)
  await installChart(lab, {
    name: RELEASE,
    namespace: NAMESPACE,
    podSecurity: 'baseline',
    chart: CHART,
    definitions: 'kubestash.com',
    values: { global: { license: pem }, 'kubestash-operator': { nodeSelector: lab.cluster.systemNodes } },
  })
  await operatorReady(lab, timing)
  await lab.kube.apply(storageObjects(lab))
  await objectReady(lab, storageReference('BackupStorage', NAMESPACE, STORAGE_NAME), timing)
}

/** Resolves when the operator is Ready. Errors: it ends again and again, as it does without a licence that it accepts. */
export async function operatorReady(lab: Lab, { ready: timeout, every }: Timing): Promise<void> {
  await waitFor(
    `the operator of KubeStash in namespace "${NAMESPACE}" Ready`,
    async () => {
      const pods = await lab.kube.pods(NAMESPACE, OPERATOR)
      const [ended] = pods.filter(isHopeless)
      if (ended !== undefined)
        throw new Error(
          `The operator of KubeStash in namespace "${NAMESPACE}" ends again and again, as it does with a licence that it refuses. It said: ${await lastWords(lab, ended)}. Next: ${logCommand(ended)}`,
        )
      return pods.length > 0 && pods.every(isReady) ? true : pending(pods.map(stateOf).join('; ') || 'no pod')
    },
    { timeout, every, hint: shellCommand`kubectl -n ${NAMESPACE} describe pods` },
  )
}

const isHopeless = ({ status }: V1Pod): boolean =>
  (status?.containerStatuses ?? []).some(
    ({ restartCount, state, lastState }) =>
      restartCount >= HOPELESS_STARTS && (state?.terminated ?? lastState?.terminated) !== undefined && !state?.running,
  )

const stateOf = ({ metadata, status }: V1Pod): string => {
  const waiting = status?.containerStatuses?.find(({ state }) => state?.waiting)?.state?.waiting?.reason
  return [metadata?.name ?? '?', status?.phase ?? '?', waiting].filter(Boolean).join(' ')
}

const logCommand = ({ metadata }: V1Pod): string =>
  shellCommand`kubectl -n ${NAMESPACE} logs --previous ${metadata?.name ?? ''}`

async function lastWords(lab: Lab, { metadata }: V1Pod): Promise<string> {
  try {
    const log = await lab.kube.core.readNamespacedPodLog({
      ...{ namespace: NAMESPACE, name: metadata?.name ?? '', container: 'operator' },
      ...{ previous: true, tailLines: 5 },
    })
    return JSON.stringify(shortenMiddle(log.trim(), OUTPUT_LIMIT))
  } catch (error) {
    return `nothing that can be read (${messageOf(error)})`
  }
}
