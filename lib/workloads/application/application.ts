import { fileURLToPath } from 'node:url'
import { podsReady } from '../../kube/client.ts'
import { execute } from '../../kube/exec.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { shellCommand } from '../../output/shorten.ts'
import type { IntegrityCheck } from '../../record/facts.ts'
import type { Route } from '../../components/mesh.ts'
import { messageOf } from '../../system/file-error.ts'
import { corruptFiles } from '../files/damage.ts'
import { discard, findRunningPod, waitForAnswer } from '../support/deployment.ts'
import type { DeployedWorkload, ExpectedData, Workload } from '../workload.ts'
import { judgeOutputs, requireStable, type Outputs } from './checks.ts'
import { findApplication, readApplication, type Application } from './definition.ts'
import { planApplication, podSpecOf, type ApplicationPlan } from './plan.ts'
import { isRightAnswer } from './probe.ts'

const NAME = 'application'
const DAMAGE_IMAGE = 'meshdrill/volume'

/** The user's own application, as described by `application` in the configuration. A drill reads it when it begins. */
export const application: Workload<'application'> = {
  name: NAME,
  title: 'Your application',
  about:
    'The manifests that you name in the configuration. Each probe and each request of the load reads one path. The data are intact if your commands print the same output before the backup and after the restore. The load writes nothing, so lost writes cannot be counted.',
  loss: { by: 'none', reason: 'the load writes nothing to the application, so no write can be missed' },
  get images() {
    return [DAMAGE_IMAGE, ...new Set(Object.values(findApplication()?.images ?? {}))]
  },
  artifacts: null,
  clients: {
    load: fileURLToPath(new URL('load.ts', import.meta.url)),
    prober: fileURLToPath(new URL('prober.main.ts', import.meta.url)),
    settings: () => JSON.stringify(readApplication().probe),
  },
  damage: {
    image: DAMAGE_IMAGE,
    commands: corruptFiles('/data'),
    fill: { impossible: 'meshdrill does not know how the application reports a full volume' },
  },
  async deploy(lab, namespace, { storageClass }) {
    const definition = readApplication()
    const plan = planApplication(definition)
    await lab.kube.apply(
      plan.objects.map((object) => prepare(object, definition, lab, storageClass)),
      { namespace },
    )
    await podsReady(lab.kube, namespace, plan.labels, { timeout: `${definition.readyMinutes}m` })
    return deployed(lab, namespace, definition, plan)
  },
}

/** Replaces images by those that the cluster can pull, and sets the storage class of the claims. */
function prepare(object: KubeObject, { images }: Application, lab: Lab, storageClass: string | null): KubeObject {
  const copy = structuredClone(object)
  const pod = podSpecOf(copy)
  for (const container of [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])]) {
    const ours = images[container.image ?? '']
    if (ours !== undefined) container.image = lab.artifacts.image(ours)
  }
  if (storageClass !== null) for (const claim of claimSpecs(copy)) claim.storageClassName = storageClass
  return copy
}

type ClaimSpec = { storageClassName?: string }

function claimSpecs(object: KubeObject): ClaimSpec[] {
  if (object.kind === 'PersistentVolumeClaim') return [object.spec as ClaimSpec]
  const { volumeClaimTemplates = [] } = (object.spec ?? {}) as { volumeClaimTemplates?: { spec: ClaimSpec }[] }
  return volumeClaimTemplates.map(({ spec }) => spec)
}

function deployed(lab: Lab, namespace: string, definition: Application, plan: ApplicationPlan): DeployedWorkload {
  const { checks, probe } = definition
  const { service, labels, container, claims } = plan
  const run = (where: string): Promise<Outputs> => runChecks(lab, where, definition, plan)
  let expected: Outputs | null = null
  return {
    namespace,
    service: { namespace, ...service },
    pods: { labels, container },
    claims,
    answers: (route) => answersRightly(route, probe, namespace),
    /** Writes nothing: the application has its data. Records the output of the checks for the comparison after the restore. */
    async seed() {
      const first = await run(namespace)
      requireStable(checks, first, await run(namespace))
      expected = first
      return checks.length
    },
    verify: (_route, { namespace: copy }: ExpectedData) =>
      verifyOutputs(checks, expected, () => run(copy ?? namespace)),
    discard: ({ kube }) => {
      const controllers = plan.objects.filter((object) => podSpecOf(object) !== null)
      return discard(kube, namespace, { name: NAME, labels, controllers, claims })
    },
  }
}

async function verifyOutputs(
  checks: Application['checks'],
  expected: Outputs | null,
  run: () => Promise<Outputs>,
): Promise<IntegrityCheck> {
  try {
    if (expected === null) throw new Error('the checks did not run before the backup')
    return judgeOutputs(checks, expected, await run())
  } catch (error) {
    return { objects: 0, bytes: 0, findings: [], slots: [], error: `the checks could not be run: ${messageOf(error)}` }
  }
}

/** Runs the checks one after another in a pod that the Service selects. */
async function runChecks(
  { kube }: Lab,
  namespace: string,
  { checks }: Application,
  { labels, container }: ApplicationPlan,
): Promise<Outputs> {
  const pod = await findRunningPod(kube, namespace, labels)
  const outputs: string[] = []
  for (const check of checks) {
    const target = { namespace, pod, container: check.container ?? container }
    outputs.push(await execute(kube, target, check.command, check.timeoutSeconds * 1000))
  }
  return outputs
}

/** Resolves when a probe receives the right answer. */
const answersRightly = (route: Route, probe: Application['probe'], namespace: string): Promise<void> => {
  const wanted = `${probe.status}${probe.body === undefined ? '' : ` and a body that matches ${probe.body}`}`
  return waitForAnswer(route, probe.path, {
    what: `GET ${probe.path} of the application (Host ${route.host}) answered rightly`,
    findProblem: ({ status, body }) =>
      isRightAnswer(probe, status, body.toString('utf8')) ? null : `answered ${status}, wanted ${wanted}`,
    hint: shellCommand`kubectl -n ${namespace} get pods,services,endpointslices`,
  })
}
