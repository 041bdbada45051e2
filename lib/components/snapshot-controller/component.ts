import { join } from 'node:path'
import type { GoProgram } from '../../lab/built.ts'
import { imageByTag, type ManifestFile } from '../../lab/published.ts'
import { fromModule, type Component } from '../component.ts'

const folder = join(import.meta.dirname, '../shared-module')
const MODULE = { path: 'github.com/kubernetes-csi/external-snapshotter/v8', version: 'v8.7.0' } as const
const CLIENT = 'github.com/kubernetes-csi/external-snapshotter/client/v8'

const TAGS = 'https://raw.githubusercontent.com/kubernetes-csi/external-snapshotter/refs/tags'
const definition = (name: string, sha256: string): ManifestFile => ({
  url: `${TAGS}/client/v8.6.0/client/config/crd/snapshot.storage.k8s.io_${name}.yaml`,
  sha256,
})
const controller = (name: string, sha256: string): ManifestFile => ({
  url: `${TAGS}/v8.7.0/deploy/kubernetes/snapshot-controller/${name}-snapshot-controller.yaml`,
  sha256,
})

const programs = [
  {
    name: 'snapshot-controller',
    ...{ folder, package: `${MODULE.path}/cmd/snapshot-controller`, module: MODULE, cgo: false },
    stamps: { 'main.version': MODULE.version },
    coldSeconds: 5,
  },
] as const satisfies readonly GoProgram[]

/** Kubernetes' controller of VolumeSnapshots, with its CustomResourceDefinitions. */
export const snapshotController = {
  name: 'snapshot-controller',
  title: 'snapshot-controller',
  kind: 'storage',
  neededBy: 'provider',
  version: {
    published: { version: 'v8.6.0', source: 'its public image' },
    built: fromModule(MODULE),
    differs: 'the manifests that the project publishes with v8.7.0 still deploy the image of v8.6.0',
  },
  partVersions: {},
  published: {
    images: {
      'sig-storage/snapshot-controller': imageByTag('registry.k8s.io/sig-storage/snapshot-controller:v8.6.0'),
    },
    // The SHA-256 sums come from the files in the Go modules of these versions.
    manifests: {
      'external-snapshotter/crds': [
        definition('volumesnapshotclasses', '75e6565aac2c0f2949ed13ea884bbaa388cb7be576b558b709cf1168e011828d'),
        definition('volumesnapshotcontents', '895a3c1e73b60f06a0deb566dd123d01bdf1b2efc5d5ff5231ff8bbcf42dafc7'),
        definition('volumesnapshots', 'b032116e987fb1d7d93cec7d942833adeb9d95c9bdc7e00c10b280c2fe4a6c33'),
      ],
      'external-snapshotter/controller': [
        controller('rbac', '99c4ac480b6c9563be0d85599e29cc7b68b25a82d250b0e789726727551e8d38'),
        controller('setup', '54b9342a7433c377b83a671babf416660078a716ec2e63f658a77aa629de5581'),
      ],
    },
  },
  built: {
    programs,
    images: {
      'sig-storage/snapshot-controller': {
        reference: 'localhost/meshdrill/snapshot-controller:1',
        entrypoint: ['/snapshot-controller'],
        user: '',
        content: [{ built: { '/snapshot-controller': 'snapshot-controller' } }],
      },
    },
    manifests: {
      'external-snapshotter/crds': { folder, path: CLIENT, below: 'config/crd', files: /^snapshot\..*\.yaml$/ },
    },
  },
  presence: { none: 'only clusters that meshdrill creates and deletes get it, never a user’s cluster' },
  rights: [],
} as const satisfies Component
