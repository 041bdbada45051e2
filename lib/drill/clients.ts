import { OPERATOR, installOperator } from '../components/k6-operator/k6-operator.ts'
import { startTestRun } from '../load/testrun/runner.ts'
import type { LoadOptions, RunningLoad, ClientPlaces } from '../load/load.ts'
import { startLoad } from '../load/runner.ts'
import { createEmptyNamespace, removeNamespace } from '../lab/namespaces.ts'
import type { Lab } from '../lab/lab.ts'
import type { Route } from '../components/mesh.ts'
import { startPodProber } from '../probes/availability/pod-prober.ts'
import {
  startProber,
  type PolicyProberOptions,
  type ProberOptions,
  type RunningProber,
} from '../probes/availability/prober.ts'

/** The clients of a drill's service: load and probes. */
export interface Clients {
  startLoad(options: LoadOptions): Promise<RunningLoad>
  startProber(options: ProberOptions): Promise<RunningProber>
  /** Starts a second prober, which makes the call that the mesh must deny. */
  startPolicyProber(options: PolicyProberOptions): Promise<RunningProber>
  /** Their place, for the drill's record. Null if they run on this machine. */
  readonly where: string | null
  /** Removes all remaining clients. */
  end(): Promise<void>
}

export const clientsOf = (lab: Lab, places: ClientPlaces, namespace: string): Clients =>
  places.loadParallelism === 0 ? onMachine(lab) : inCluster(lab, places, `${namespace}-clients`)

/** The operator that runs a load in the cluster, if one is requested. */
export const loadOperator = ({ loadParallelism, loadNodes }: ClientPlaces) =>
  loadParallelism === 0
    ? null
    : { name: OPERATOR, install: (lab: Lab) => installOperator(lab, nodesOf(lab, { loadNodes })) }

const nodesOf = (lab: Lab, { loadNodes }: Pick<ClientPlaces, 'loadNodes'>): Record<string, string> =>
  loadNodes ?? lab.cluster.systemNodes

const onMachine = (lab: Lab): Clients => ({
  startLoad: async (options) => startLoad({ ...options, k6: await lab.cluster.k6() }),
  startProber: (options) => Promise.resolve(startProber({ ...options, highPriority: true })),
  startPolicyProber: (options) => Promise.resolve(startProber({ ...options, highPriority: true })),
  where: null,
  end: () => Promise.resolve(),
})

/** Runs the clients in a separate namespace, outside the mesh and every fault. */
function inCluster(lab: Lab, places: ClientPlaces, namespace: string): Clients {
  const { loadParallelism } = places
  const nodes = nodesOf(lab, places)
  return {
    async startLoad(options) {
      await removeNamespace(lab, namespace)
      await createEmptyNamespace(lab, namespace, { podSecurity: 'baseline' })
      return startTestRun(lab, { namespace, nodes, parallelism: loadParallelism }, fromInside(options))
    },
    startProber: (options) => startPodProber(lab, { name: 'prober', namespace, nodes }, fromInside(options)),
    startPolicyProber: (options) =>
      startPodProber(lab, { name: 'policy-prober', namespace, nodes }, fromInside(options)),
    where: `the load came from ${loadParallelism} pods of k6-operator, the probes from a pod, on nodes ${JSON.stringify(nodes)}`,
    end: () => removeNamespace(lab, namespace),
  }
}

/** The same options with the route for pods. */
function fromInside<Options extends { route: Route }>(options: Options): Options {
  const { inside, host } = options.route
  if (inside === undefined) throw new Error(`The route for pods to "${host}" is not known.`)
  return { ...options, route: { url: inside, host } }
}
