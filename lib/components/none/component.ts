import type { Component } from '../component.ts'

export const none = {
  name: 'none',
  title: 'no mesh',
  kind: 'mesh',
  neededBy: 'choice',
  version: { published: null, built: null, differs: null },
  partVersions: {},
  published: null,
  built: null,
  presence: { none: 'without a mesh nothing is installed' },
  rights: [],
} as const satisfies Component
