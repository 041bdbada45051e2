import { fromModule, KEEP, uses, type Component, deployment, type Part } from '../component.ts'
import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'
import type { KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'

const GROUP = { group: 'chaos-mesh.org', version: 'v1alpha1' }

/** Lists the objects of all Chaos Mesh kinds. Errors: the cluster does not have these kinds. */
export async function listFaultObjects({ custom }: Pick<KubeClient, 'custom'>): Promise<KubeObject[]> {
  const { resources } = await custom.getAPIResources(GROUP)
  const lists = await Promise.all(
    resources
      .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list'))
      .map(async ({ name, kind }) => {
        const list = (await custom.listClusterCustomObject({ ...GROUP, plural: name })) as { items: KubeObject[] }
        return list.items.map((item) => ({ ...item, kind }))
      }),
  )
  return lists.flat()
}

const NAMESPACE = 'chaos-mesh'
const CONTROLLER = deployment(NAMESPACE, 'chaos-controller-manager')

const chaosMeshPart: Part = {
  name: 'chaos-mesh',
  title: 'Chaos Mesh',
  mark: CONTROLLER,
  namespaces: [NAMESPACE],
  podSecurity: 'privileged',
  groups: ['chaos-mesh.org'],
  releases: [{ name: 'chaos-mesh', namespace: NAMESPACE }],
  objects: [],
  images: ['chaos-mesh/chaos-mesh', 'chaos-mesh/chaos-daemon'],
  refuse: explainRefusal,
  collectTraces: null,
}

const parts = [chaosMeshPart] as const

type Controller = KubeObject & {
  spec?: { template?: { spec?: { containers?: { env?: { name: string; value?: string }[] }[] } } }
}

/** Explains why an installed Chaos Mesh is refused: it has one namespace only, or faults of other users. Null: it can be used. */
async function explainRefusal(kube: KubeClient): Promise<string | null> {
  const controller = await kube.get<Controller>(CONTROLLER)
  const environment = controller?.spec?.template?.spec?.containers?.flatMap(({ env }) => env ?? []) ?? []
  if (environment.some(({ name, value }) => name === 'CLUSTER_SCOPED' && value !== 'true'))
    return 'Chaos Mesh is already installed, but for one namespace only (clusterScoped: false). Next: helm upgrade it with clusterScoped=true'
  const faults = await listFaultObjects(kube)
  if (faults.length === 0) return null
  const examples = faults
    .slice(0, 3)
    .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`)
  return `Chaos Mesh is already installed and has ${faults.length} objects (${examples.join(', ')}); they could hit the drills, or look like leftovers of drills. Next: delete them, or wait until they have ended`
}

const folder = join(import.meta.dirname, 'module')

const MODULE = {
  path: 'github.com/chaos-mesh/chaos-mesh',
  version: 'v0.9.1-0.20260902003049-47411975a8cb',
} as const

const stamps = {
  'github.com/chaos-mesh/chaos-mesh/pkg/version.gitVersion': MODULE.version,
  'github.com/chaos-mesh/chaos-mesh/pkg/version.gitCommit': '47411975a8cb',
}

const programs = [
  {
    name: 'chaos-controller-manager',
    ...{ folder, package: `${MODULE.path}/cmd/chaos-controller-manager`, module: MODULE, cgo: false, stamps },
    coldSeconds: 133,
  },
  {
    name: 'chaos-daemon',
    ...{ folder, package: `${MODULE.path}/cmd/chaos-daemon`, module: MODULE, cgo: true, stamps },
    coldSeconds: 94,
  },
] as const satisfies readonly GoProgram[]

const script = (file: string): string => join(import.meta.dirname, 'scripts', file)

const built = {
  programs,
  images: {
    'chaos-mesh/chaos-mesh': {
      reference: 'localhost/chaos-mesh/chaos-mesh:v1',
      entrypoint: ['/usr/local/bin/chaos-controller-manager'],
      user: '',
      content: [{ built: { '/usr/local/bin/chaos-controller-manager': 'chaos-controller-manager' } }],
    },
    'chaos-mesh/chaos-daemon': {
      reference: 'localhost/chaos-mesh/chaos-daemon:v1',
      entrypoint: ['/usr/local/bin/chaos-daemon'],
      user: '',
      content: [
        { dynamic: { '/usr/local/bin/chaos-daemon': 'chaos-daemon' } },
        {
          scripts: {
            '/usr/local/bin/nsexec': script('nsexec.sh'),
            '/usr/local/bin/pause': script('pause.sh'),
            '/usr/local/bin/memStress': script('memstress.sh'),
          },
        },
        { set: 'busybox' },
        { set: 'iptables' },
        { host: ['/usr/sbin/ipset', '/usr/sbin/tc', '/usr/sbin/ip', '/usr/bin/nsenter'] },
        { host: ['/usr/bin/stress-ng', '/usr/bin/choom', '/usr/bin/setpriv'] },
      ],
    },
  },
  charts: {
    'chaos-mesh/chaos-mesh': {
      ...{ folder, path: MODULE.path, chart: 'helm/chaos-mesh' },
      values: {
        images: { registry: 'localhost', tag: 'v1' },
        controllerManager: { podChaos: { podFailure: { pauseImage: 'localhost/meshdrill/pause:1' } } },
      },
    },
  },
} as const satisfies Built

const RELEASE = '2.8.2'

export const chaosMesh = {
  name: 'chaos-mesh',
  title: 'Chaos Mesh',
  kind: 'faults',
  neededBy: 'every run',
  version: {
    published: { version: RELEASE, source: 'its Helm chart' },
    built: fromModule(MODULE),
    differs:
      'a Go module of major version 2 needs a path that ends with "/v2", and this one has none, so it is pinned to a commit',
  },
  partVersions: {},
  published: {
    charts: {
      'chaos-mesh/chaos-mesh': { repository: 'https://charts.chaos-mesh.org', chart: 'chaos-mesh', version: RELEASE },
    },
    chartImages: ['chaos-mesh/chaos-mesh', 'chaos-mesh/chaos-daemon'],
  },
  built,
  presence: parts,
  rights: [
    ...uses('chaos-mesh.org', ['podchaos', 'networkchaos', 'stresschaos', 'workflows', 'podnetworkchaos'], KEEP),
    ...uses('chaos-mesh.org', ['*'], ['list']),
  ],
} as const satisfies Component
