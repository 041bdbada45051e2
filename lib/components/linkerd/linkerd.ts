import { definitionsOfGroup } from '../../kube/definitions.ts'
import { podsReady } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { installChart, requireChart } from '../../lab/charts.ts'
import type { Lab } from '../../lab/lab.ts'
import { ensureNamespace } from '../../lab/namespaces.ts'
import { protectSecret } from '../../output/secrets.ts'
import { FAULTS_ALLOWED } from '../chaos-mesh/chaos-mesh.ts'
import type { ExposedService, InstalledMesh, Mesh } from '../mesh.ts'
import { DENIED_CALL } from '../support/denied-call.ts'
import { findGateway } from '../support/gateway.ts'
import { findOpensslObstacle, makeCertificates } from './certificates.ts'
import { hostOf, installGateway } from './gateway.ts'
import { policyObjects, type PublishedPort } from './policies.ts'
import { readMeshState } from './state.ts'
import { CONTROL, GATEWAY, linkerdTraits } from './traits.ts'

/** Linkerd from its Helm charts: sidecars, a gateway in the mesh, and drilled services that only the gateway may reach. */
export const linkerd = (): Mesh => ({
  ...linkerdTraits,
  requires: findObstacles,
  async install(lab) {
    // A user's control plane keeps its settings. It only gets the gateway.
    if (lab.cluster.preinstalled?.includes('linkerd') !== true) await installControlPlane(lab)
    await lab.cluster.loadImages([lab.artifacts.image('linkerd/gateway')])
    await installGateway(lab)
    return attachLinkerd(lab)
  },
  attach: attachLinkerd,
})

const GATEWAY_API = 'gateway.networking.k8s.io'
const HOW_TO_INSTALL = 'https://gateway-api.sigs.k8s.io/guides/getting-started/'

async function findObstacles(lab: Lab): Promise<string[]> {
  const { artifacts, cluster } = lab
  const obstacle = artifacts.obstacle('linkerd')
  if (obstacle !== null) return [obstacle]
  if (cluster.preinstalled?.includes('linkerd') === true) return []
  const openssl = await findOpensslObstacle()
  const found = [openssl, await findGatewayApiObstacle(lab)]
  return found.filter((one) => one !== null)
}

/** In a user's cluster the definitions of the Gateway API are shared with other programs, so that their versions are the user's. */
async function findGatewayApiObstacle(lab: Lab): Promise<string | null> {
  if (lab.cluster.preinstalled === undefined || (await hasGatewayApi(lab))) return null
  return `Linkerd needs the definitions of the Gateway API (${GATEWAY_API}), and the cluster has none. Next: install them as in ${HOW_TO_INSTALL}`
}

const hasGatewayApi = async ({ kube }: Lab): Promise<boolean> =>
  (await definitionsOfGroup(kube, GATEWAY_API)).some(({ metadata }) => metadata.name === `httproutes.${GATEWAY_API}`)

async function installControlPlane(lab: Lab): Promise<void> {
  for (const name of ['linkerd/crds', 'linkerd/control-plane']) await requireChart(lab, name)
  const { trustAnchors, issuer } = await makeCertificates()
  protectSecret(issuer.key)
  // Some faults target the control plane, and Chaos Mesh only injects faults into annotated namespaces.
  await ensureNamespace(lab, CONTROL, { podSecurity: 'privileged', annotations: FAULTS_ALLOWED })
  const place = { namespace: CONTROL, podSecurity: 'privileged' } as const
  await installChart(lab, {
    ...place,
    name: 'linkerd-crds',
    chart: 'linkerd/crds',
    definitions: 'linkerd.io',
    // Linkerd's policy controller does not start without them. The chart leaves them out by default.
    values: { installGatewayAPI: !(await hasGatewayApi(lab)) },
  })
  await installChart(lab, {
    ...place,
    name: 'linkerd-control-plane',
    chart: 'linkerd/control-plane',
    values: {
      identityTrustAnchorsPEM: trustAnchors,
      identity: { issuer: { tls: { crtPEM: issuer.certificate, keyPEM: issuer.key } } },
      nodeSelector: lab.cluster.systemNodes,
      // It would send the version and the age of the installation to Linkerd's makers.
      disableHeartBeat: true,
    },
  })
  await podsReady(lab.kube, CONTROL, {}, { timeout: '180s' })
}

async function attachLinkerd(lab: Lab): Promise<InstalledMesh> {
  const routeTo = await findGateway(lab, { namespace: GATEWAY, name: GATEWAY, port: 'http' })
  return {
    ...linkerdTraits,
    version: lab.artifacts.component('linkerd').version,
    namespaces: [CONTROL, GATEWAY],
    async expose(target) {
      await lab.kube.apply(policyObjects(target, await readPort(lab, target)))
      // The policies are in the service's namespace and are removed with it. The gateway keeps nothing of a service.
      return { route: routeTo(hostOf(target)), denied: DENIED_CALL, end: () => Promise.resolve() }
    },
    state: (namespace) => readMeshState(lab, namespace),
  }
}

interface Service extends KubeObject {
  spec?: { selector?: Record<string, string>; ports?: { port: number; targetPort?: number | string }[] }
}

/** Policies are for a port of pods, and not of their Service. */
async function readPort({ kube }: Lab, { namespace, name, port }: ExposedService): Promise<PublishedPort> {
  const found = await kube.get<Service>({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace } })
  const spec = found?.spec?.ports?.find((one) => one.port === port)
  if (spec === undefined)
    throw new Error(
      `Service "${name}" in namespace "${namespace}" has no port ${port}. Next: kubectl -n ${namespace} get service ${name} -o yaml`,
    )
  return { selector: found?.spec?.selector ?? {}, podPort: spec.targetPort ?? port }
}
