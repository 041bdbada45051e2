import { imageByTag } from '../../lab/published.ts'
import type { Component } from '../component.ts'

/** Node.js, which runs the prober in a pod. */
export const node = {
  name: 'node',
  title: 'Node.js',
  kind: 'image',
  neededBy: 'load pods',
  version: {
    published: { version: '22.11.0', source: 'its public image' },
    built: { version: 'of this machine', source: 'the program that runs meshdrill' },
    differs: 'the built image has the Node.js of the machine that builds it',
  },
  partVersions: {},
  published: { images: { 'meshdrill/node': imageByTag('docker.io/library/node:22.11.0-alpine') } },
  built: {
    images: {
      'meshdrill/node': {
        reference: 'localhost/meshdrill/node:1',
        entrypoint: ['/usr/local/bin/node'],
        user: '65534:65534',
        content: [{ set: 'busybox' }, { set: 'node' }],
      },
    },
  },
  presence: { none: 'its pods are in the namespaces of drills, and are removed with them' },
  rights: [],
} as const satisfies Component
