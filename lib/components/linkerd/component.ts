import { imageByTag } from '../../lab/published.ts'
import { KEEP, READ, uses, type Component } from '../component.ts'
import { parts } from './presence.ts'
import { linkerdTraits } from './traits.ts'

/** An edge release: the project publishes no others. */
const RELEASE = '2026.9.1'
const REPOSITORY = 'https://helm.linkerd.io/edge'
const chart = (name: string) => ({ repository: REPOSITORY, chart: name, version: RELEASE })

const NGINX = '1.29.0'

export const linkerd = {
  name: 'linkerd',
  title: 'Linkerd',
  kind: 'mesh',
  mesh: { traits: linkerdTraits, load: async () => (await import('./linkerd.ts')).linkerd() },
  neededBy: 'choice',
  version: { published: { version: RELEASE, source: 'its Helm charts' }, built: null, differs: null },
  partVersions: {
    nginx: { published: { version: NGINX, source: 'its public image' }, built: null, differs: null },
  },
  published: {
    charts: { 'linkerd/crds': chart('linkerd-crds'), 'linkerd/control-plane': chart('linkerd-control-plane') },
    images: { 'linkerd/gateway': imageByTag(`docker.io/library/nginx:${NGINX}-alpine`) },
    chartImages: ['linkerd/controller', 'linkerd/policy-controller', 'linkerd/proxy', 'linkerd/proxy-init'],
  },
  built: null,
  presence: parts,
  rights: [
    ...uses(
      'policy.linkerd.io',
      ['servers', 'authorizationpolicies', 'meshtlsauthentications', 'networkauthentications', 'serverauthorizations'],
      KEEP,
    ),
    ...uses('policy.linkerd.io', ['httproutes'], READ),
    ...uses('', ['pods/portforward'], ['create', 'get']),
  ],
} as const satisfies Component
