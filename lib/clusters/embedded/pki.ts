import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { API_SERVICE_ADDRESS, hostAddress, type LabNetwork } from './network.ts'
import { run } from '../../system/run.ts'

/** Writes the cluster's CA, certificates and kubeconfigs to `folder`. Returns the path of the administrator's kubeconfig. */
export async function createPki(
  nodeInit: string,
  folder: string,
  options: { network: LabNetwork; nodes: string[]; specFile: string },
): Promise<string> {
  const { network, nodes, specFile } = options
  const api = hostAddress(network, 0)
  const certificates = [
    {
      name: 'apiserver',
      commonName: 'kube-apiserver',
      dnsNames: ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'],
      addresses: ['127.0.0.1', API_SERVICE_ADDRESS, api],
    },
    { name: 'admin', commonName: 'admin', organization: 'system:masters' },
    ...nodes.map((name, index) => ({
      name,
      commonName: `system:node:${name}`,
      organization: 'system:nodes',
      dnsNames: [name],
      addresses: [hostAddress(network, index)],
    })),
  ]
  await writeFile(specFile, JSON.stringify({ dir: folder, certificates }))
  await run(nodeInit, ['pki', specFile])
  for (const name of ['admin', ...nodes]) {
    await writeFile(join(folder, `${name}.kubeconfig`), kubeconfig(folder, name, api), { mode: 0o600 })
  }
  return join(folder, 'admin.kubeconfig')
}

function kubeconfig(folder: string, name: string, api: string): string {
  const cluster = { server: `https://${api}:6443`, 'certificate-authority': join(folder, 'ca.crt') }
  const user = { 'client-certificate': join(folder, `${name}.crt`), 'client-key': join(folder, `${name}.key`) }
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'meshdrill', cluster }],
    users: [{ name, user }],
    contexts: [{ name: 'meshdrill', context: { cluster: 'meshdrill', user: name } }],
    'current-context': 'meshdrill',
  })
}
