import { type Versions, fromModule } from '../components/component.ts'
import { versionsOf } from '../components/versions.ts'
import { mergeNamed } from '../system/merge-named.ts'

/** Kubernetes as the toolchain builds it. */
export const KUBERNETES = { path: 'k8s.io/kubernetes', version: 'v1.36.3' } as const

/** Sidecars of this repository's CSI driver. Clusters from built artifacts have them. */
export const PROVISIONER = { path: 'github.com/kubernetes-csi/external-provisioner/v6', version: 'v6.3.0' } as const
export const SNAPSHOTTER = { path: 'github.com/kubernetes-csi/external-snapshotter/v8', version: 'v8.7.0' } as const

const KIND_KUBERNETES = 'v1.37.0'

/** The default node image of kind 0.33. */
export const kindNodeImage = `kindest/node:${KIND_KUBERNETES}@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5`

const ofHostPath = (version: string) => ({ version, source: 'the manifests of csi-driver-host-path' })
const OTHER_DRIVER =
  'clusters from public registries have the sidecar of csi-driver-host-path; clusters from built artifacts have another driver'

/** Versions of the parts of a cluster that are not components. */
const providerVersions = {
  kubernetes: {
    published: { version: KIND_KUBERNETES, source: 'the default node image of kind 0.33' },
    built: fromModule(KUBERNETES),
    differs:
      'the default node image of kind 0.33 has a later minor version than the one that the toolchain was tested with',
  },
  'csi-provisioner': { published: ofHostPath('v6.1.1'), built: fromModule(PROVISIONER), differs: OTHER_DRIVER },
  'csi-snapshotter': { published: ofHostPath('v8.5.0'), built: fromModule(SNAPSHOTTER), differs: OTHER_DRIVER },
} as const satisfies Record<string, Versions>

/** Versions of all components and of all other parts of a lab, by name. */
export const allVersions: Readonly<Record<string, Versions>> = mergeNamed<Versions>('versions', [
  versionsOf(),
  providerVersions,
])

/** A component with different versions in public registries and in the build on this machine. */
interface VersionDifference {
  name: string
  published: string
  built: string
  reason: string
}

/** Components with two different versions, and the reasons. Figures of runs with different versions must not be compared blindly. */
export function versionDifferences(versions: Readonly<Record<string, Versions>> = allVersions): VersionDifference[] {
  return Object.entries(versions).flatMap(([name, { published, built, differs }]) =>
    published === null || built === null || isSameVersion(published.version, built.version)
      ? []
      : [{ name, published: published.version, built: built.version, reason: differs ?? '' }],
  )
}

/** Tags of images often leave out the "v" of a release. */
export const isSameVersion = (one: string, other: string): boolean => one.replace(/^v/, '') === other.replace(/^v/, '')

/** The version of a component in a run with the other kind of artifacts; null if it is the same or does not exist. */
export function otherVersionOf(
  name: string,
  { version, source }: { version: string; source: string },
): { version: string; reason: string } | null {
  const known = allVersions[name]
  const difference = versionDifferences().find((one) => one.name === name)
  if (known === undefined || difference === undefined) return null
  const isOf = (one: Versions['published'] | Versions['built']): boolean =>
    one !== null && isSameVersion(one.version, version) && (name === 'kubernetes' || one.source === source)
  if (isOf(known.built)) return { version: difference.published, reason: difference.reason }
  if (isOf(known.published)) return { version: difference.built, reason: difference.reason }
  return null
}
