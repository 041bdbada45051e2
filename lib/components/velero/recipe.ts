import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'

const folder = join(import.meta.dirname, 'module')

export const MODULE = { path: 'github.com/vmware-tanzu/velero', version: 'v1.18.3' } as const
export const AWS_MODULE = { path: 'github.com/vmware-tanzu/velero-plugin-for-aws', version: 'v1.14.3' } as const

const stamps = {
  'github.com/vmware-tanzu/velero/pkg/buildinfo.Version': MODULE.version,
  'github.com/vmware-tanzu/velero/pkg/buildinfo.GitTreeState': 'clean',
  // Where `velero install` looks for its images when none is named.
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

export const built = {
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
