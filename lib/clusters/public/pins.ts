/**
 * What comes from public registries, by name and version: those of the components that the embedded cluster builds, so that
 * figures can be compared.
 */

/** Helm chart repositories of the projects themselves. */
export const charts = {
  'istio/base': { repository: 'https://istio-release.storage.googleapis.com/charts', chart: 'base', version: '1.31.1' },
  'istio/istiod': {
    repository: 'https://istio-release.storage.googleapis.com/charts',
    chart: 'istiod',
    version: '1.31.1',
  },
  'istio/gateway': {
    repository: 'https://istio-release.storage.googleapis.com/charts',
    chart: 'gateway',
    version: '1.31.1',
  },
  'grafana/k6-operator': {
    repository: 'https://grafana.github.io/helm-charts',
    chart: 'k6-operator',
    version: '3.10.2',
  },
  'chaos-mesh/chaos-mesh': { repository: 'https://charts.chaos-mesh.org', chart: 'chaos-mesh', version: '2.8.2' },
} as const

/** An image of a public registry. A digest is one image for ever; a tag is what its registry makes of it on the day. */
export interface PinnedImage {
  /** With the tag. */
  reference: string
  /** `sha256:` and 64 digits; null where it is not known. */
  digest: string | null
  /** Why the digest is not known; null where it is. */
  withoutDigest: string | null
}

const NOT_LOOKED_UP = 'its registry was not asked for the digest of this tag yet'

const byTag = (reference: string): PinnedImage => ({ reference, digest: null, withoutDigest: NOT_LOOKED_UP })
const byDigest = (reference: string, digest: string): PinnedImage => ({ reference, digest, withoutDigest: null })

/** Images of objects that are ours to write; those of charts are the charts' own. Null: nobody publishes it. */
export const images: Record<string, PinnedImage | null> = {
  'meshdrill/ledger': null,
  'meshdrill/busybox': byTag('docker.io/library/busybox:1.37.0'),
  'meshdrill/node': byTag('docker.io/library/node:22.11.0-alpine'),
  'grafana/k6': byTag('docker.io/grafana/k6:1.8.1'),
  // Of the chart's version.
  'grafana/k6-operator-starter': byTag('ghcr.io/grafana/k6-operator:starter-v0.0.18'),
  'restic/restic': byDigest(
    'docker.io/restic/restic:0.18.0',
    'sha256:4cf4a61ef9786f4de53e9de8c8f5c040f33830eb0a10bf3d614410ee2fcb6120',
  ),
  'k8up/k8up': byTag('ghcr.io/k8up-io/k8up:v2.12.0'),
  'velero/velero': byTag('docker.io/velero/velero:v1.18.3'),
  'velero/velero-plugin-for-aws': byTag('docker.io/velero/velero-plugin-for-aws:v1.14.3'),
  'versity/versitygw': byTag('docker.io/versity/versitygw:v1.8.0'),
  // Those that the manifests below name.
  'sig-storage/hostpathplugin': byTag('registry.k8s.io/sig-storage/hostpathplugin:v1.17.1'),
  'sig-storage/csi-node-driver-registrar': byTag('registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.16.0'),
  'sig-storage/csi-provisioner': byTag('registry.k8s.io/sig-storage/csi-provisioner:v6.1.1'),
  'sig-storage/csi-snapshotter': byTag('registry.k8s.io/sig-storage/csi-snapshotter:v8.5.0'),
  'sig-storage/snapshot-controller': byTag('registry.k8s.io/sig-storage/snapshot-controller:v8.6.0'),
}

/** How nodes pull an image: by its digest where that is known. */
export const pullReference = ({ reference, digest }: PinnedImage): string =>
  digest === null ? reference : `${reference}@${digest}`

/**
 * References of the images among these names that are pulled by tag only: what another pushes under that tag is what runs.
 * `own` are references that the user gave in place of public ones, whose digests are for the user to give.
 */
export function pulledByTag(names: readonly string[], own: Record<string, string>): string[] {
  const references = names.flatMap((name) => {
    const image = images[name]
    if (own[name] !== undefined) return [own[name]]
    if (image === null || image === undefined) return chartImages.includes(name) ? [`${name}, of its chart`] : []
    return [pullReference(image)]
  })
  return [...new Set(references)].filter((reference) => !/@sha256:[0-9a-f]{64}$/.test(reference))
}

/** The node image that kind 0.33 itself names. */
export const kindNodeImage =
  'kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5'

/** Images that only a chart names: they are pulled by it, and cannot be replaced by name. */
export const chartImages = [
  'istio/pilot',
  'istio/proxyv2',
  'chaos-mesh/chaos-mesh',
  'chaos-mesh/chaos-daemon',
  'grafana/k6-operator',
]

export interface ManifestFile {
  url: string
  sha256: string
}

const k8up = 'https://raw.githubusercontent.com/k8up-io/k8up/v2.12.0/config'
const crd = (name: string, sha256: string): ManifestFile => ({
  url: `${k8up}/crd/apiextensions.k8s.io/v1/k8up.io_${name}.yaml`,
  sha256,
})

const snapshotter = 'https://raw.githubusercontent.com/kubernetes-csi/external-snapshotter/refs/tags'
const definition = (name: string, sha256: string): ManifestFile => ({
  url: `${snapshotter}/client/v8.6.0/client/config/crd/snapshot.storage.k8s.io_${name}.yaml`,
  sha256,
})
const controller = (name: string, sha256: string): ManifestFile => ({
  url: `${snapshotter}/v8.7.0/deploy/kubernetes/snapshot-controller/${name}-snapshot-controller.yaml`,
  sha256,
})
/** Kubernetes keeps what deploys csi-driver-host-path, with its sidecars' roles, for the tests of its own storage. */
const hostPath = (file: string, sha256: string): ManifestFile => ({
  url: `https://raw.githubusercontent.com/kubernetes/kubernetes/v1.36.3/test/e2e/testing-manifests/storage-csi/${file}.yaml`,
  sha256,
})

/** Files of a project's repository at the tag, with the SHA-256 that they have in the Go module of that version. */
export const manifests: Record<string, ManifestFile[]> = {
  'k8up/crds': [
    crd('archives', '7598ab39e4723f514bc65a75ff223e900004b10b6c0dae1548b4567a02626f97'),
    crd('backups', '94d44d7e5a91ccf3937412a46a674aa216188c961eb1298c0b86c05345f16631'),
    crd('checks', 'b382a8de62f6983dfe75ba30b505b1eaf9bfa6903f7407c179600fe023c45c29'),
    crd('podconfigs', '02c7c8c43128bfdb28b50e82a6ad10397444f53bc916bf49c9c7b63833cabc4f'),
    crd('prebackuppods', 'b3a2ed6e69ad6220aa8f4ef0cdc3f2d1deaa369bc18499f82a929451bbf2490d'),
    crd('prunes', 'da2de39134316c443551fb12ab4f1b548d9f93ce519e5715ee1a8227b394b806'),
    crd('restores', 'f6a1d5a1b05291643135592d4cb577fb3a2b7e8523f6268dfe77771888c9d049'),
    crd('schedules', '33b0362e3117e42a44a4cbc7bec3d4dd248c5ba66b098f04314da61b9d1fe79b'),
    crd('snapshots', 'e5478130115d500188ccb578943fa7a68a5c2d48d043e444d50508b9a0663375'),
  ],
  'k8up/role': [
    { url: `${k8up}/rbac/role.yaml`, sha256: '51b96646fdf4415e43f0d4c417bb24fa51b1502eaddbf3a1c33febaa0ca80130' },
  ],
  'external-snapshotter/crds': [
    definition('volumesnapshotclasses', '75e6565aac2c0f2949ed13ea884bbaa388cb7be576b558b709cf1168e011828d'),
    definition('volumesnapshotcontents', '895a3c1e73b60f06a0deb566dd123d01bdf1b2efc5d5ff5231ff8bbcf42dafc7'),
    definition('volumesnapshots', 'b032116e987fb1d7d93cec7d942833adeb9d95c9bdc7e00c10b280c2fe4a6c33'),
  ],
  'external-snapshotter/controller': [
    controller('rbac', '99c4ac480b6c9563be0d85599e29cc7b68b25a82d250b0e789726727551e8d38'),
    controller('setup', '54b9342a7433c377b83a671babf416660078a716ec2e63f658a77aa629de5581'),
  ],
  'csi-driver-host-path': [
    hostPath('external-provisioner/rbac', 'c6b898224f01fe9473b0805500e00f8e0ee89abdd4e2281d95d1ae7f8fe1ece8'),
    hostPath(
      'external-snapshotter/csi-snapshotter/rbac-csi-snapshotter',
      '620d75cb74b11738c55abd4b9b2f7947e607397d776d97095aea2c9ce4f9ad9c',
    ),
    hostPath(
      'hostpath/hostpath/csi-hostpath-driverinfo',
      '464307265464b77189bd4b339774cd2de69589458a62a740028b248f248c7e9a',
    ),
    hostPath(
      'hostpath/hostpath/csi-hostpath-plugin',
      '3910c6ce52ed1a62ff565bcfc5b3c088ab481a942b26f67500a116ce32c08478',
    ),
  ],
}

export interface ProgramPin {
  /** How it says its version. */
  ask: string[]
  /** Versions that will do: of this major and minor where the minor is exact, else of this minor or a later one. */
  version: string
  exact: boolean
  install: string
}

/** Programs of the drills' machine. Velero's prints the manifests of the version that is installed. */
export const programs: Record<string, ProgramPin> = {
  helm: { ask: ['version', '--short'], version: '3.14', exact: false, install: 'https://helm.sh/docs/intro/install/' },
  velero: {
    ask: ['version', '--client-only'],
    version: '1.18',
    exact: true,
    install: 'https://velero.io/docs/v1.18/basic-install/',
  },
  k6: {
    ask: ['version'],
    version: '1.0',
    exact: false,
    install: 'https://grafana.com/docs/k6/latest/set-up/install-k6/',
  },
  restic: { ask: ['version'], version: '0.17', exact: false, install: 'https://restic.readthedocs.io/' },
  kind: {
    ask: ['--version'],
    version: '0.33',
    exact: false,
    install: 'https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
  },
  versitygw: { ask: ['--version'], version: '1.0', exact: false, install: 'https://github.com/versity/versitygw' },
}

export const components: Record<string, { version: string; source: string }> = {
  istio: { version: '1.31.1', source: 'its Helm charts' },
  envoy: { version: 'of Istio 1.31.1', source: "Istio's proxyv2 image" },
  'chaos-mesh': { version: '2.8.2', source: 'its Helm chart' },
  'k6-operator': { version: 'v0.0.18', source: 'its Helm chart' },
  velero: { version: 'v1.18.3', source: 'its public image' },
  restic: { version: '0.18.0', source: 'its public image' },
  k8up: { version: 'v2.12.0', source: 'its public image' },
  'snapshot-controller': { version: 'v8.6.0', source: 'its public image' },
}
