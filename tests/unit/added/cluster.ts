import { existing } from '../../../lib/clusters/existing/existing.ts'
import type { ComponentName } from '../../../lib/components/index.ts'
import { componentsFor, type RunNeeds } from '../../../lib/components/needed.ts'
import { messageOf } from '../../../lib/system/file-error.ts'
import type { WorkloadName } from '../../../lib/workloads/index.ts'
import { makeWorld, UID, usePrograms } from '../clusters/existing/world.ts'
import { makeFolder } from './program.ts'

/** What a run does on somebody's cluster for a component that has a part "made-up", by a stand-in for an API server. */
export interface SeenOnCluster {
  /** Lines about it in the plan. */
  plan: string[]
  /** What is said if the user may not change its objects. */
  refusal: string
  /** What the end of the lab removes, and the objects that it leaves. */
  removed: string[]
  left: string[]
}

const NAMESPACE = '/api/v1/namespaces/made-up-system'
const things = {
  group: 'made-up.example',
  names: { plural: 'things', kind: 'Thing' },
  versions: [{ name: 'v1', storage: true }],
}

/** Objects that an installation of the part makes, by their paths. */
const installed = (labId: string): Record<string, object> => {
  const labels = { 'meshdrill.dev/lab': labId }
  return {
    [NAMESPACE]: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'made-up-system', labels } },
    '/apis/apps/v1/namespaces/made-up-system/deployments/made-up': { metadata: { name: 'made-up', labels } },
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/made-up': { metadata: { name: 'made-up', labels } },
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.made-up.example': {
      metadata: { name: 'things.made-up.example', labels },
      spec: things,
    },
  }
}

export async function seeOnCluster(
  name: ComponentName,
  needs: Pick<RunNeeds, 'tools' | 'meshes'>,
): Promise<SeenOnCluster> {
  process.env.PATH = usePrograms(makeFolder('programs'))
  const components = componentsFor({ ...needs, loadPods: false })
  const poor = await makeWorld(makeFolder('poor'), { denied: ['patch things'] })
  const optionsOf = ({ options }: typeof poor) => ({ ...options, components, confirm: UID })
  const create = ({ log, ...world }: typeof poor) =>
    existing(optionsOf({ log, ...world })).create({
      keep: false,
      ownerPid: process.pid,
      log: (line) => log.push(line),
    })
  const refusal = await create(poor).then(() => 'it was not refused', messageOf)
  await poor.server.close()

  const world = await makeWorld(makeFolder('rich'))
  const { objects } = world.server
  const before = [...objects.keys()]
  const cluster = await create(world)
  const plan = world.log.filter((line) => line.includes('Made-up'))
  for (const [path, object] of Object.entries(installed(cluster.labId))) world.server.put(path, { ...object })
  await cluster.note(name)
  const removed = (await (await existing(optionsOf(world)).find())?.end()) ?? []
  const left = [...objects.keys()].filter((path) => !before.includes(path))
  await world.server.close()
  return { plan, refusal, removed, left }
}

/** The line about images in the plan for workloads on somebody's cluster that has nothing of a lab. */
export async function seePlannedImages(workloads: readonly WorkloadName[]): Promise<string> {
  process.env.PATH = usePrograms(makeFolder('programs'))
  const { server, options, log } = await makeWorld(makeFolder('planned'))
  const components = componentsFor({ tools: [], meshes: [], loadPods: false })
  const planned = existing({ ...options, components, workloads }).create({
    keep: false,
    ownerPid: process.pid,
    log: (line) => log.push(line),
  })
  const refusal = await planned.then(() => 'it was not refused', messageOf)
  await server.close()
  return log.find((line) => line.includes('charts and images')) ?? refusal
}
