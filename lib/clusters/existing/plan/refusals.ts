import { parse } from 'yaml'
import { faultObjects } from '../../../faults/support/inventory.ts'
import type { KubeClient } from '../../../kube/client.ts'
import type { KubeObject } from '../../../kube/object.ts'

/** Drills change a Velero's settings, kill its pods and strike its bucket: one that keeps a user's own backups is no place for it. */
export async function refuseVelero(kube: KubeClient): Promise<string> {
  const location = await kube.get<KubeObject & { spec?: { objectStorage?: { bucket?: string } } }>({
    apiVersion: 'velero.io/v1',
    kind: 'BackupStorageLocation',
    metadata: { name: 'default', namespace: 'velero' },
  })
  const bucket = location?.spec?.objectStorage?.bucket ?? 'not known'
  return `Velero is there and keeps its backups in bucket "${bucket}": drills would strike your own backups. Next: MESHDRILL_TOOL=restic, or a cluster without Velero`
}

/** The statistic by which requests are counted, as a proxy knows it. */
const COUNTED = 'http.inbound_0.0.0.0_8080.downstream_rq_total'

interface MeshSettings {
  accessLogFile?: string
  defaultConfig?: {
    proxyStatsMatcher?: { inclusionRegexps?: string[]; inclusionPrefixes?: string[]; inclusionSuffixes?: string[] }
  }
}

/** That a proxy logs and counts again after a restore is part of each verdict; one that never did leaves it open. */
export async function refuseSilentIstio(kube: KubeClient): Promise<string | null> {
  const metadata = { name: 'istio', namespace: 'istio-system' }
  const map = await kube.get<KubeObject & { data?: { mesh?: string } }>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
  })
  const lacking = lacks((parse(map?.data?.mesh ?? '') as MeshSettings | null) ?? {})
  if (lacking.length === 0) return null
  return `Istio is there, but its proxies do not log and count what every verdict looks at. Next: add to its meshConfig ${lacking.join(' and ')}`
}

function lacks({ accessLogFile, defaultConfig }: MeshSettings): string[] {
  const {
    inclusionRegexps = [],
    inclusionPrefixes = [],
    inclusionSuffixes = [],
  } = defaultConfig?.proxyStatsMatcher ?? {}
  const counted =
    inclusionRegexps.some((text) => new RegExp(`^(?:${text})$`).test(COUNTED)) ||
    inclusionPrefixes.some((text) => COUNTED.startsWith(text)) ||
    inclusionSuffixes.some((text) => COUNTED.endsWith(text))
  return [
    ...(accessLogFile === '/dev/stdout' ? [] : ['accessLogFile: /dev/stdout']),
    ...(counted ? [] : ["defaultConfig: { proxyStatsMatcher: { inclusionRegexps: ['.*downstream_rq_total.*'] } }"]),
  ]
}

type Controller = KubeObject & {
  spec?: { template?: { spec?: { containers?: { env?: { name: string; value?: string }[] }[] } } }
}

/** Faults of others would strike the drills, and be taken for what these have left. */
export async function refuseBusyChaosMesh(kube: KubeClient): Promise<string | null> {
  const controller = await kube.get<Controller>({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'chaos-controller-manager', namespace: 'chaos-mesh' },
  })
  const environment = controller?.spec?.template?.spec?.containers?.flatMap(({ env }) => env ?? []) ?? []
  if (environment.some(({ name, value }) => name === 'CLUSTER_SCOPED' && value !== 'true'))
    return 'Chaos Mesh is there, but for one namespace alone (clusterScoped: false). Next: helm upgrade it with clusterScoped=true'
  const faults = await faultObjects({ kube })
  if (faults.length === 0) return null
  const some = faults.slice(0, 3).map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`)
  return `Chaos Mesh is there and holds ${faults.length} objects (${some.join(', ')}): they would strike the drills, or be taken for what drills left. Next: delete them, or wait until they are over`
}
