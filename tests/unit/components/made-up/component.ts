import type { Component } from '../../../../lib/components/component.ts'
import { tool } from './strategies.ts'

/** A tool that a test adds to a copy of lib/components, to see that a folder and a line of the index are enough. */
export const madeUp = {
  name: 'made-up',
  title: 'Made-up tool',
  kind: 'tool',
  tool,
  neededBy: 'choice',
  version: { published: null, built: null, differs: null },
  partVersions: {},
  published: null,
  built: null,
  presence: { none: 'a test never installs it' },
  rights: [],
} as const satisfies Component
