import type { Component } from '../component.ts'
import { SNAPSHOT_RIGHTS } from './rights.ts'
import { tool } from './strategies.ts'

/** Kubernetes' own snapshots of volumes, without a backup tool. Its strategies bear the tool name "kubernetes". */
export const snapshots = {
  name: 'snapshots',
  title: 'VolumeSnapshots',
  kind: 'tool',
  tool,
  neededBy: 'choice',
  // The version that counts is that of snapshot-controller, a component of its own.
  version: { published: null, built: null, differs: null },
  partVersions: {},
  published: null,
  built: null,
  presence: { none: 'snapshots live in the namespaces of drills and in the storage; a run removes both' },
  rights: SNAPSHOT_RIGHTS,
} as const satisfies Component
