import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'
import { fromModule, KEEP, uses, type Component } from '../component.ts'
import { envoy } from '../support/envoy-program.ts'
import { consulTraits, NAMESPACE, SERVER } from './traits.ts'

/** Later versions are under the Business Source License. */
const MODULE = { path: 'github.com/hashicorp/consul', version: 'v1.16.3' } as const

const programs = [
  {
    name: 'consul',
    ...{ folder: join(import.meta.dirname, 'module'), package: MODULE.path, module: MODULE, cgo: false, stamps: {} },
    coldSeconds: 300,
  },
  {
    name: 'consul-pod',
    ...{ folder: join(import.meta.dirname, 'pod'), package: '.', module: null, cgo: false, stamps: {} },
    coldSeconds: 2,
  },
] as const satisfies readonly GoProgram[]

const consulPrograms = { '/usr/local/bin/consul': 'consul', '/usr/local/bin/consul-pod': 'consul-pod' } as const

const built = {
  programs,
  wheels: [envoy],
  images: {
    'hashicorp/consul': {
      reference: 'localhost/hashicorp/consul:v1',
      entrypoint: ['/usr/local/bin/consul'],
      user: '100:1000',
      content: [{ built: consulPrograms }],
    },
    'hashicorp/consul-proxy': {
      reference: 'localhost/hashicorp/consul-proxy:v1',
      entrypoint: ['/usr/local/bin/consul-pod'],
      user: '5995:5995',
      content: [
        { built: consulPrograms },
        { wheels: { '/usr/local/bin/envoy': 'envoy' } },
        { set: 'iptables' },
        { host: ['/usr/sbin/nft'] },
      ],
    },
  },
} as const satisfies Built

const ALREADY_THERE =
  'Consul is already installed, and the drills would change its intentions and the routes of its gateway. Next: choose another mesh with MESHDRILL_MESH'

export const consul = {
  name: 'consul',
  title: 'Consul',
  kind: 'mesh',
  mesh: { traits: consulTraits, load: async () => (await import('./consul.ts')).consul() },
  neededBy: 'choice',
  version: { published: null, built: fromModule(MODULE), differs: null },
  partVersions: {},
  published: null,
  built,
  presence: [
    {
      name: 'consul',
      title: 'Consul',
      mark: {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: SERVER, namespace: NAMESPACE },
      },
      namespaces: [NAMESPACE],
      podSecurity: 'baseline',
      groups: [],
      releases: [],
      objects: ['MutatingAdmissionPolicyBinding', 'MutatingAdmissionPolicy'].map((kind) => ({
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind,
        metadata: { name: 'consul-inject' },
      })),
      images: ['hashicorp/consul', 'hashicorp/consul-proxy'],
      refuse: () => Promise.resolve(ALREADY_THERE),
      collectTraces: null,
    },
  ],
  rights: [
    ...uses('admissionregistration.k8s.io', ['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'], KEEP),
    ...uses('apps', ['statefulsets'], KEEP),
  ],
} as const satisfies Component
