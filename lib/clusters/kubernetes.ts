import { fromModule, type Versions } from '../components/component.ts'

/** Kubernetes as the toolchain builds it. */
export const KUBERNETES = { path: 'k8s.io/kubernetes', version: 'v1.36.3' } as const

/** Sidecars of the CSI driver of this repository, which clusters of built artifacts have. */
export const PROVISIONER = { path: 'github.com/kubernetes-csi/external-provisioner/v6', version: 'v6.3.0' } as const
export const SNAPSHOTTER = { path: 'github.com/kubernetes-csi/external-snapshotter/v8', version: 'v8.7.0' } as const

const KIND_KUBERNETES = 'v1.37.0'

/** The node image that kind 0.33 itself names. */
export const kindNodeImage = `kindest/node:${KIND_KUBERNETES}@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5`

const ofHostPath = (version: string) => ({ version, source: 'the manifests of csi-driver-host-path' })
const OTHER_DRIVER =
  'public clusters take the sidecar that Kubernetes’ manifests name for csi-driver-host-path; built ones have another driver'

/** Versions of what providers make a cluster from, beside the components. */
export const providerVersions = {
  kubernetes: {
    published: { version: KIND_KUBERNETES, source: 'the node image that kind 0.33 names' },
    built: fromModule(KUBERNETES),
    differs: 'kind 0.33 names one node image, of a later minor version than the one that the toolchain was tested with',
  },
  'csi-provisioner': { published: ofHostPath('v6.1.1'), built: fromModule(PROVISIONER), differs: OTHER_DRIVER },
  'csi-snapshotter': { published: ofHostPath('v8.5.0'), built: fromModule(SNAPSHOTTER), differs: OTHER_DRIVER },
} as const satisfies Record<string, Versions>
