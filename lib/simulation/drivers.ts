import type { InstalledMesh, Mesh, Route } from '../components/mesh.ts'
import { DENIED_CALL } from '../components/support/denied-call.ts'
import { noTraits } from '../components/none/traits.ts'
import type { MeshTraits } from '../lab/mesh-traits.ts'
import { MESH_ASPECTS, type MeshState } from '../record/facts.ts'
import { undamaged } from '../workloads/damage.ts'
import type { DeployedWorkload, Workload } from '../workloads/workload.ts'
import { RECORD_BYTES } from '../workloads/ledger/record.ts'
import { checkVolume } from './check.ts'
import { Volume } from './volume.ts'
import type { World } from './world.ts'

const URL_PREFIX = 'http://simulated.invalid/'

/** Namespace of the service at a route. */
export const namespaceOf = ({ url }: Route): string => url.slice(URL_PREFIX.length)

const simulatedTraits: MeshTraits = {
  ...noTraits,
  name: 'simulated',
  takesIn: { labels: { 'simulated.invalid/inject': 'true' } },
  offers: MESH_ASPECTS,
}

/** A mesh with one proxy, which counts the answers of the service. */
export function simulatedMesh(world: World): Mesh {
  const installed: InstalledMesh = {
    ...simulatedTraits,
    version: 'none',
    namespaces: [],
    expose: ({ namespace, name }) =>
      Promise.resolve({
        route: { url: `${URL_PREFIX}${namespace}`, host: name },
        denied: DENIED_CALL,
        end: () => Promise.resolve(),
      }),
    async state(namespace: string): Promise<MeshState> {
      await world.clock.sleep(20)
      const { running, counted, starts } = world.service(namespace)
      const state = { configuration: {}, identities: [], policies: {}, requests: null, accessLogLines: null }
      if (running === null) return { ...state, error: `no proxy in namespace "${namespace}" answers` }
      return {
        configuration: { clusters: 'c1', listeners: 'c2', routes: 'c3' },
        identities: [`spiffe://simulated.invalid/ns/${namespace}/sa/ledger issued by CN=root`],
        policies: { 'PeerAuthentication/default': 'p1' },
        requests: counted,
        accessLogLines: counted,
        proxies: [`proxy ${starts} of ${namespace}`],
        error: null,
      }
    },
  }
  return {
    ...simulatedTraits,
    requires: () => Promise.resolve([]),
    install: () => Promise.resolve(installed),
    attach: () => Promise.resolve(installed),
  }
}

/** The ledger without a cluster. It stores only the differences from the seeded records. */
export function simulatedWorkload(world: World): Workload {
  const { clock } = world
  const deployed = (namespace: string): DeployedWorkload => ({
    namespace,
    service: { namespace, name: 'ledger', port: 80 },
    pods: { labels: { app: 'ledger' }, container: 'ledger' },
    claims: ['ledger-data'],
    async answers(route) {
      const service = world.service(namespaceOf(route))
      for (let asked = 0; asked < 600 && service.running === null; asked++) await clock.sleep(100)
      if (service.running === null) throw new Error(`ledger at ${route.url} ready: not after 60 s`)
    },
    async seed(route, { seed, bytes }) {
      await clock.sleep(bytes / 2 ** 18)
      const seeded = Math.ceil(bytes / RECORD_BYTES)
      world.service(namespaceOf(route)).volume?.fill({ seed, seeded })
      return seeded
    },
    async verify(route, { seed, seeded, writes }) {
      await clock.sleep(150 + 100 * world.draw('verify')())
      const { running } = world.service(namespaceOf(route))
      if (running === null)
        return { objects: 0, bytes: 0, findings: [], slots: [], error: 'the records could not be read back: no answer' }
      return checkVolume(running.volume, { seed, seeded }, await writes())
    },
    async discard() {
      await clock.sleep(300)
      world.service(namespace).remove()
    },
  })
  return {
    name: 'simulated',
    title: 'Simulated',
    about: 'It replaces a service in drills without a cluster.',
    loss: { by: 'writes' },
    images: [],
    artifacts: null,
    clients: { load: '', prober: '' },
    damage: undamaged,
    async deploy(_lab, namespace) {
      const service = world.service(namespace)
      service.volume ??= new Volume()
      await clock.sleep(800)
      service.start()
      return deployed(namespace)
    },
  }
}
