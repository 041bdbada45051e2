import { imageByTag } from '../../lab/published.ts'
import { fromModule, KEEP, uses, type Component, clusterRbac, deployment, type Part } from '../component.ts'
import { SNAPSHOT_RIGHTS } from '../snapshots/component.ts'
import { copiesFiles, defineTool, takesSnapshots } from '../strategy.ts'
import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'
import type { KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'

const NAMESPACE = 'velero'

const veleroPart: Part = {
  name: 'velero',
  title: 'velero',
  mark: deployment(NAMESPACE, 'velero'),
  namespaces: [NAMESPACE],
  podSecurity: 'privileged',
  groups: ['velero.io'],
  releases: [],
  objects: [clusterRbac('ClusterRoleBinding', 'velero')],
  images: ['velero/velero', 'velero/velero-plugin-for-aws'],
  refuse: explainRefusal,
  collectTraces: null,
}

const parts = [veleroPart] as const

/**
 * Explains why an installed Velero is refused. Drills change Velero's settings, kill its pods and damage its bucket, so a
 * Velero with a user's backups must not be drilled.
 */
async function explainRefusal(kube: KubeClient): Promise<string> {
  const location = await kube.get<KubeObject & { spec?: { objectStorage?: { bucket?: string } } }>({
    apiVersion: 'velero.io/v1',
    kind: 'BackupStorageLocation',
    metadata: { name: 'default', namespace: NAMESPACE },
  })
  const bucket = location?.spec?.objectStorage?.bucket ?? 'unknown'
  return `Velero is already installed and keeps its backups in bucket "${bucket}"; drills would damage your backups. Next: MESHDRILL_TOOL=restic, or a cluster without Velero`
}

const folder = join(import.meta.dirname, 'module')

const MODULE = { path: 'github.com/vmware-tanzu/velero', version: 'v1.18.3' } as const
const AWS_MODULE = { path: 'github.com/vmware-tanzu/velero-plugin-for-aws', version: 'v1.14.3' } as const

const stamps = {
  'github.com/vmware-tanzu/velero/pkg/buildinfo.Version': MODULE.version,
  'github.com/vmware-tanzu/velero/pkg/buildinfo.GitTreeState': 'clean',
  // The default registry of `velero install` for its images.
  'github.com/vmware-tanzu/velero/pkg/buildinfo.ImageRegistry': 'localhost/velero',
}

const ofVelero = { folder, module: MODULE, cgo: false, stamps }
const ofPlugin = { folder, module: AWS_MODULE, cgo: false, stamps: {} }

const programs = [
  { ...ofVelero, name: 'velero', package: `${MODULE.path}/cmd/velero`, coldSeconds: 134 },
  {
    ...ofVelero,
    name: 'velero-restore-helper',
    package: `${MODULE.path}/cmd/velero-restore-helper`,
    coldSeconds: 1,
  },
  {
    ...ofPlugin,
    name: 'velero-plugin-for-aws',
    package: `${AWS_MODULE.path}/velero-plugin-for-aws`,
    coldSeconds: 44,
  },
  { ...ofPlugin, name: 'cp-plugin', package: `${AWS_MODULE.path}/hack/cp-plugin`, coldSeconds: 1 },
] as const satisfies readonly GoProgram[]

const built = {
  programs,
  images: {
    'velero/velero': {
      reference: 'localhost/velero/velero:v1',
      entrypoint: ['/velero'],
      user: '',
      content: [{ built: { '/velero': 'velero', '/velero-restore-helper': 'velero-restore-helper' } }],
    },
    'velero/velero-plugin-for-aws': {
      reference: 'localhost/velero/velero-plugin-for-aws:v1',
      entrypoint: ['/bin/cp-plugin', '/plugins/velero-plugin-for-aws', '/target/velero-plugin-for-aws'],
      user: '65532:65532',
      content: [
        { built: { '/bin/cp-plugin': 'cp-plugin', '/plugins/velero-plugin-for-aws': 'velero-plugin-for-aws' } },
      ],
    },
  },
} as const satisfies Built

/** Not kept by kopia, which copies the files: https://github.com/kopia/kopia/issues/544 */
const attributesNotKept = ['hard-link', 'fifo', 'acl', 'capability', 'xattr'] as const
const copiesByKopia = { ...copiesFiles, keepsObjects: true, backsUpObjects: true, attributesNotKept } as const

const tool = defineTool({
  name: 'velero',
  strategies: {
    'file-system': copiesByKopia,
    'file-system-mesh-volumes': copiesByKopia,
    'csi-snapshot': { ...takesSnapshots, usesStore: true, backsUpObjects: true },
    'data-mover': { ...copiesByKopia, volumes: 'snapshots', isPointInTime: true },
    schedule: { ...copiesByKopia, isScheduled: true },
  },
  load: () => import('./drivers.ts'),
})

const RELEASE = 'v1.18.3'
const PLUGIN_RELEASE = 'v1.14.3'

export const velero = {
  name: 'velero',
  title: 'Velero',
  kind: 'tool',
  tool,
  neededBy: 'choice',
  version: {
    published: { version: RELEASE, source: 'its public image' },
    built: fromModule(MODULE),
    differs: null,
  },
  partVersions: {
    'velero-plugin-for-aws': {
      published: { version: PLUGIN_RELEASE, source: 'its public image' },
      built: fromModule(AWS_MODULE),
      differs: null,
    },
  },
  published: {
    images: {
      'velero/velero': imageByTag(`docker.io/velero/velero:${RELEASE}`),
      'velero/velero-plugin-for-aws': imageByTag(`docker.io/velero/velero-plugin-for-aws:${PLUGIN_RELEASE}`),
    },
    programs: {
      // `velero install` renders the manifests of the program's version.
      velero: {
        ask: ['version', '--client-only'],
        version: '1.18',
        exact: true,
        install: 'https://velero.io/docs/v1.18/basic-install/',
      },
    },
  },
  built,
  presence: parts,
  rights: [
    ...uses('velero.io', ['backups', 'restores', 'schedules', 'podvolumebackups', 'podvolumerestores'], KEEP),
    ...SNAPSHOT_RIGHTS,
  ],
} as const satisfies Component
