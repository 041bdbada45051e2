import { deployment, type Part } from '../component.ts'
import { CONTROL, GATEWAY } from './traits.ts'

const controlPlane: Part = {
  name: 'linkerd',
  title: 'Linkerd',
  mark: deployment(CONTROL, 'linkerd-destination'),
  namespaces: [CONTROL],
  // Its own pods have a proxy, whose init container changes the network of the pod.
  podSecurity: 'privileged',
  groups: ['linkerd.io'],
  releases: [
    { name: 'linkerd-control-plane', namespace: CONTROL },
    { name: 'linkerd-crds', namespace: CONTROL },
  ],
  objects: [],
  images: ['linkerd/controller', 'linkerd/policy-controller', 'linkerd/proxy', 'linkerd/proxy-init'],
  refuse: null,
  collectTraces: null,
}

const gateway: Part = {
  name: 'linkerd-gateway',
  title: 'gateway of Linkerd',
  mark: deployment(GATEWAY, GATEWAY),
  namespaces: [GATEWAY],
  podSecurity: 'privileged',
  groups: [],
  releases: [],
  objects: [],
  images: ['linkerd/gateway'],
  refuse: null,
  collectTraces: null,
}

export const parts = [controlPlane, gateway] as const
