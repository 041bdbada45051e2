import { imageByTag } from '../../lab/published.ts'
import type { Component } from '../component.ts'

/** A shell with small programs, for the pods that faults and restores start. */
export const busybox = {
  name: 'busybox',
  title: 'busybox',
  kind: 'image',
  neededBy: 'every run',
  version: {
    published: { version: '1.37.0', source: 'its public image' },
    built: { version: 'of this machine', source: "Debian's package busybox-static" },
    differs: 'the built image has the busybox of the machine that builds it',
  },
  partVersions: {},
  published: { images: { 'meshdrill/busybox': imageByTag('docker.io/library/busybox:1.37.0') } },
  built: {
    images: {
      'meshdrill/busybox': {
        reference: 'localhost/meshdrill/busybox:1',
        entrypoint: ['/bin/sh'],
        user: '',
        content: [{ set: 'busybox' }],
      },
    },
  },
  presence: { none: 'its pods are in the namespaces of drills, and are removed with them' },
  rights: [],
} as const satisfies Component
