import { clusterRbac, deployment, fromModule, KEEP, uses, type Component } from '../component.ts'
import { copiesFiles, defineTool } from '../strategy.ts'
import { imageByTag, type ManifestFile, type Published } from '../../lab/published.ts'
import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'

const folder = join(import.meta.dirname, 'module')

const MODULE = { path: 'github.com/k8up-io/k8up/v2', version: 'v2.12.0' } as const
/** K8up parses the output of this restic version. With a later restic it restores nothing and still reports success. */
const RESTIC_MODULE = { path: 'github.com/restic/restic', version: 'v0.16.4' } as const

const programs = [
  {
    name: 'k8up',
    ...{ folder, package: `${MODULE.path}/cmd/k8up`, module: MODULE, cgo: false },
    stamps: { 'main.version': MODULE.version },
    coldSeconds: 30,
  },
  {
    name: 'restic-of-k8up',
    ...{ folder, package: `${RESTIC_MODULE.path}/cmd/restic`, module: RESTIC_MODULE, cgo: false, stamps: {} },
    coldSeconds: 20,
  },
] as const satisfies readonly GoProgram[]

const built = {
  programs,
  images: {
    'k8up/k8up': {
      reference: 'localhost/k8up/k8up:v1',
      entrypoint: ['/usr/local/bin/k8up'],
      user: '',
      content: [{ built: { '/usr/local/bin/k8up': 'k8up', '/usr/local/bin/restic': 'restic-of-k8up' } }],
    },
  },
  manifests: {
    'k8up/crds': { folder, path: MODULE.path, below: 'config/crd/apiextensions.k8s.io/v1', files: /\.yaml$/ },
    'k8up/role': { folder, path: MODULE.path, below: 'config/rbac', files: /^role\.yaml$/ },
  },
} as const satisfies Built

const RELEASE = 'v2.12.0'

const CONFIG = `https://raw.githubusercontent.com/k8up-io/k8up/${RELEASE}/config`
const definition = (name: string, sha256: string): ManifestFile => ({
  url: `${CONFIG}/crd/apiextensions.k8s.io/v1/k8up.io_${name}.yaml`,
  sha256,
})

/** Files of the project's repository at the release. The SHA-256 sums come from the Go module of that version. */
const published = {
  images: { 'k8up/k8up': imageByTag(`ghcr.io/k8up-io/k8up:${RELEASE}`) },
  manifests: {
    'k8up/crds': [
      definition('archives', '7598ab39e4723f514bc65a75ff223e900004b10b6c0dae1548b4567a02626f97'),
      definition('backups', '94d44d7e5a91ccf3937412a46a674aa216188c961eb1298c0b86c05345f16631'),
      definition('checks', 'b382a8de62f6983dfe75ba30b505b1eaf9bfa6903f7407c179600fe023c45c29'),
      definition('podconfigs', '02c7c8c43128bfdb28b50e82a6ad10397444f53bc916bf49c9c7b63833cabc4f'),
      definition('prebackuppods', 'b3a2ed6e69ad6220aa8f4ef0cdc3f2d1deaa369bc18499f82a929451bbf2490d'),
      definition('prunes', 'da2de39134316c443551fb12ab4f1b548d9f93ce519e5715ee1a8227b394b806'),
      definition('restores', 'f6a1d5a1b05291643135592d4cb577fb3a2b7e8523f6268dfe77771888c9d049'),
      definition('schedules', '33b0362e3117e42a44a4cbc7bec3d4dd248c5ba66b098f04314da61b9d1fe79b'),
      definition('snapshots', 'e5478130115d500188ccb578943fa7a68a5c2d48d043e444d50508b9a0663375'),
    ],
    'k8up/role': [
      { url: `${CONFIG}/rbac/role.yaml`, sha256: '51b96646fdf4415e43f0d4c417bb24fa51b1502eaddbf3a1c33febaa0ca80130' },
    ],
  },
} as const satisfies Published

const tool = defineTool({
  name: 'k8up',
  strategies: { operator: { ...copiesFiles, keepsObjects: true } },
  load: () => import('./drivers.ts'),
})

const NAMESPACE = 'k8up'

export const k8up = {
  name: 'k8up',
  title: 'K8up',
  kind: 'tool',
  tool,
  neededBy: 'choice',
  version: {
    published: { version: RELEASE, source: 'its public image' },
    built: fromModule(MODULE),
    differs: null,
  },
  partVersions: {},
  published,
  built,
  presence: [
    {
      name: 'k8up',
      title: 'k8up',
      mark: deployment(NAMESPACE, 'k8up'),
      namespaces: [NAMESPACE],
      podSecurity: 'baseline',
      groups: ['k8up.io'],
      releases: [],
      objects: [
        clusterRbac('ClusterRoleBinding', 'k8up-manager'),
        clusterRbac('ClusterRole', 'k8up-manager'),
        clusterRbac('ClusterRole', 'k8up-executor'),
      ],
      images: ['k8up/k8up'],
      refuse: null,
      collectTraces: null,
    },
  ],
  rights: uses('k8up.io', ['backups', 'restores', 'snapshots'], KEEP),
} as const satisfies Component
