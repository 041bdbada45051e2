import type { Lab } from '../../lab/lab.ts'
import { ensureNamespace } from '../../lab/namespaces.ts'
import { podsReady } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Cluster } from '../../lab/cluster.ts'
import { DENIED_CALL } from '../support/denied-call.ts'
import { GATEWAY, linkerdTraits, OUTSIDER } from './traits.ts'

const PORT = 8080

/** The Host header by which the gateway finds a port of a Service. It names the Service, so that no object must be applied for it. */
export const hostOf = ({ name, namespace, port }: { name: string; namespace: string; port: number }): string =>
  `${name}.${namespace}.${port}.drill`

/** By nginx's rule the variable has hyphens as underscores. */
const DENIED = `$http_${DENIED_CALL.header.name.replaceAll('-', '_')}`
const SERVICE = '$service.$space.svc.cluster.local:$far'

/** Where nginx sends a request, and with which Host header. The gateway passes the denied call to the outsider. */
const targets = {
  gateway: `map ${DENIED} $target { "" "${SERVICE}"; default "${OUTSIDER}.${GATEWAY}.svc.cluster.local:80"; }
  map ${DENIED} $wanted { "" $target; default $host; }`,
  outsider: `map ${DENIED} $target { default "${SERVICE}"; }
  map ${DENIED} $wanted { default $target; }`,
}

/**
 * nginx asks the cluster's DNS again for each second's requests, because the address of a Service changes with a restore. Its
 * proxy of Linkerd then finds the Service by that address, and encrypts to the pods.
 */
const configuration = (dns: string, role: keyof typeof targets): string => `worker_processes 1;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  client_max_body_size 0;
  resolver ${dns} valid=1s ipv6=off;
  resolver_timeout 1s;
  ${targets[role]}
  server {
    listen ${PORT} default_server;
    return 404;
  }
  server {
    listen ${PORT};
    server_name "~^(?<service>[a-z0-9-]+)\\.(?<space>[a-z0-9-]+)\\.(?<far>[0-9]+)\\.drill$";
    location / {
      proxy_pass http://$target;
      proxy_set_header Host $wanted;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_connect_timeout 1s;
      proxy_next_upstream off;
      proxy_buffering off;
      proxy_request_buffering off;
    }
  }
}
`

/**
 * Installs the gateway and the outsider. Linkerd has no gateway of its own: any proxy of HTTP in a pod of the mesh is one. Clients
 * outside the mesh may reach it, and it alone may reach the drilled service.
 */
export async function installGateway(lab: Lab): Promise<void> {
  const { kube, cluster, artifacts } = lab
  const annotations = {
    'linkerd.io/inject': 'enabled',
    'config.linkerd.io/default-inbound-policy': 'all-unauthenticated',
  }
  await ensureNamespace(lab, GATEWAY, { podSecurity: 'privileged', annotations })
  await kube.apply(
    gatewayObjects({
      image: artifacts.image('linkerd/gateway'),
      dns: await findDns(lab),
      nodes: cluster.systemNodes,
      mapped: cluster.mapped,
    }),
    { namespace: GATEWAY },
  )
  for (const app of [GATEWAY, OUTSIDER]) await podsReady(kube, GATEWAY, { app }, { timeout: '120s' })
}

/** The address of the cluster's DNS. Errors: its Service has another name. */
async function findDns({ kube }: Pick<Lab, 'kube'>): Promise<string> {
  type Service = KubeObject & { spec?: { clusterIP?: string } }
  const metadata = { name: 'kube-dns', namespace: 'kube-system' }
  const address = (await kube.get<Service>({ apiVersion: 'v1', kind: 'Service', metadata }))?.spec?.clusterIP
  if (address === undefined)
    throw new Error(
      'Service "kube-dns" in namespace "kube-system" is not there, and the gateway of Linkerd asks it for addresses. Next: kubectl -n kube-system get services',
    )
  return address.includes(':') ? `[${address}]` : address
}

interface Choices {
  image: string
  dns: string
  nodes: Record<string, string>
  mapped: Cluster['mapped']
}

export function gatewayObjects({ image, dns, nodes, mapped }: Choices): KubeObject[] {
  const nodePort = mapped === undefined ? {} : { nodePort: mapped.nodePort }
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: GATEWAY } },
    ...nginx(GATEWAY, configuration(dns, 'gateway'), { serviceAccountName: GATEWAY, nodeSelector: nodes }, image),
    ...nginx(OUTSIDER, configuration(dns, 'outsider'), { nodeSelector: nodes }, image, linkerdTraits.keepsOut),
    serviceOf(GATEWAY, { type: 'NodePort', ports: [{ name: 'http', port: 80, targetPort: PORT, ...nodePort }] }),
    serviceOf(OUTSIDER, { ports: [{ name: 'http', port: 80, targetPort: PORT }] }),
  ]
}

const serviceOf = (name: string, spec: object): KubeObject & { spec: object } => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name } },
  spec: { selector: { app: name }, ...spec },
})

/** A Deployment of nginx with its configuration. `marks` are further labels and annotations of its pod. */
function nginx(name: string, conf: string, spec: object, image: string, marks: object = {}): KubeObject[] {
  const metadata = { name }
  const container = {
    name: 'nginx',
    image,
    command: ['nginx', '-c', '/etc/gateway/nginx.conf', '-g', 'daemon off;'],
    ports: [{ name: 'http', containerPort: PORT }],
    readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 1 },
    resources: { requests: { cpu: '50m', memory: '32Mi' } },
    securityContext: { runAsUser: 101, runAsNonRoot: true, allowPrivilegeEscalation: false },
    volumeMounts: [
      { name: 'configuration', mountPath: '/etc/gateway' },
      { name: 'temporary', mountPath: '/tmp' },
    ],
  }
  const volumes = [
    { name: 'configuration', configMap: { name } },
    { name: 'temporary', emptyDir: {} },
  ]
  const labels = { app: name }
  const template = { metadata: { ...marks, labels }, spec: { ...spec, containers: [container], volumes } }
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'nginx.conf': conf } },
    {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata },
      spec: { replicas: 1, selector: { matchLabels: labels }, template },
    },
  ]
}
