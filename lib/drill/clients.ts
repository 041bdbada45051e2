import { OPERATOR, installOperator } from '../components/k6-operator/k6-operator.ts'
import { startTestRun } from '../load/testrun/runner.ts'
import type { LoadOptions, RunningLoad, ClientPlaces } from '../load/load.ts'
import { startLoad } from '../load/runner.ts'
import { createEmptyNamespace, removeNamespace } from '../lab/namespaces.ts'
import type { Lab } from '../lab/lab.ts'
import type { Route } from '../components/mesh.ts'
import { startPodProber } from '../probes/availability/pod-prober.ts'
import { startProber, type ProberOptions, type RunningProber } from '../probes/availability/prober.ts'

/** The clients of a drill's service: what puts load on it, and what probes it. */
export interface Clients {
  startLoad(options: LoadOptions): Promise<RunningLoad>
  startProber(options: ProberOptions): Promise<RunningProber>
  /** Where they are, for the drill's record; null where they are on this machine. */
  readonly where: string | null
  /** Ends what is left of them. */
  end(): Promise<void>
}

export const clientsOf = (lab: Lab, places: ClientPlaces, namespace: string): Clients =>
  places.loadParallelism === 0 ? onMachine(lab) : inCluster(lab, places, `${namespace}-clients`)

/** What runs a load in the cluster, where that is wanted. */
export const loadOperator = ({ loadParallelism, loadNodes }: ClientPlaces) =>
  loadParallelism === 0
    ? null
    : { name: OPERATOR, install: (lab: Lab) => installOperator(lab, nodesOf(lab, { loadNodes })) }

const nodesOf = (lab: Lab, { loadNodes }: Pick<ClientPlaces, 'loadNodes'>): Record<string, string> =>
  loadNodes ?? lab.cluster.systemNodes

const onMachine = (lab: Lab): Clients => ({
  startLoad: async (options) => startLoad({ ...options, k6: await lab.cluster.k6() }),
  startProber: (options) => Promise.resolve(startProber({ ...options, goesFirst: true })),
  where: null,
  end: () => Promise.resolve(),
})

/** In a namespace of their own, out of the mesh's and of every fault's reach. */
function inCluster(lab: Lab, places: ClientPlaces, namespace: string): Clients {
  const { loadParallelism } = places
  const nodes = nodesOf(lab, places)
  return {
    async startLoad(options) {
      await removeNamespace(lab, namespace)
      await createEmptyNamespace(lab, namespace, { podSecurity: 'baseline' })
      return startTestRun(lab, { namespace, nodes, parallelism: loadParallelism }, fromInside(options))
    },
    startProber: (options) => startPodProber(lab, { namespace, nodes }, fromInside(options)),
    where: `the load came from ${loadParallelism} pods of k6-operator, the probes from a pod, on nodes ${JSON.stringify(nodes)}`,
    end: () => removeNamespace(lab, namespace),
  }
}

/** The same with the route as pods reach it. */
function fromInside<Options extends { route: Route }>(options: Options): Options {
  const { inside, host } = options.route
  if (inside === undefined) throw new Error(`nobody knows how pods reach ${host}`)
  return { ...options, route: { url: inside, host } }
}
