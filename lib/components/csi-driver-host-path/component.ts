import { imageByTag, type ManifestFile } from '../../lab/published.ts'
import type { Component } from '../component.ts'

const RELEASE = 'v1.17.1'

/** Kubernetes keeps these manifests of csi-driver-host-path, with the roles of its sidecars, for its own storage tests. */
const manifest = (file: string, sha256: string): ManifestFile => ({
  url: `https://raw.githubusercontent.com/kubernetes/kubernetes/v1.36.3/test/e2e/testing-manifests/storage-csi/${file}.yaml`,
  sha256,
})

/** Storage with snapshots, for kind clusters with public images. */
export const csiDriverHostPath = {
  name: 'csi-driver-host-path',
  title: 'csi-driver-host-path',
  kind: 'storage',
  neededBy: 'provider',
  version: {
    published: { version: RELEASE, source: 'its public image' },
    // Clusters with built artifacts use this repository's own CSI driver instead.
    built: null,
    differs: null,
  },
  partVersions: {},
  published: {
    images: {
      'sig-storage/hostpathplugin': imageByTag(`registry.k8s.io/sig-storage/hostpathplugin:${RELEASE}`),
      'sig-storage/csi-node-driver-registrar': imageByTag(
        'registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.16.0',
      ),
      'sig-storage/csi-provisioner': imageByTag('registry.k8s.io/sig-storage/csi-provisioner:v6.1.1'),
      'sig-storage/csi-snapshotter': imageByTag('registry.k8s.io/sig-storage/csi-snapshotter:v8.5.0'),
    },
    manifests: {
      'csi-driver-host-path': [
        manifest('external-provisioner/rbac', 'c6b898224f01fe9473b0805500e00f8e0ee89abdd4e2281d95d1ae7f8fe1ece8'),
        manifest(
          'external-snapshotter/csi-snapshotter/rbac-csi-snapshotter',
          '620d75cb74b11738c55abd4b9b2f7947e607397d776d97095aea2c9ce4f9ad9c',
        ),
        manifest(
          'hostpath/hostpath/csi-hostpath-driverinfo',
          '464307265464b77189bd4b339774cd2de69589458a62a740028b248f248c7e9a',
        ),
        manifest(
          'hostpath/hostpath/csi-hostpath-plugin',
          '3910c6ce52ed1a62ff565bcfc5b3c088ab481a942b26f67500a116ce32c08478',
        ),
      ],
    },
  },
  built: null,
  presence: { none: 'only kind clusters get it, and meshdrill deletes those clusters' },
  rights: [],
} as const satisfies Component
