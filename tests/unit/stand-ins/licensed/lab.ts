import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { connect } from '../../../../lib/kube/client.ts'
import { labellingClient } from '../../../../lib/kube/ownership.ts'
import type { Lab } from '../../../../lib/lab/lab.ts'
import { NO_TERMS } from '../../../../lib/lab/terms.ts'
import { noopLab } from '../../../../lib/simulation/noop-cluster.ts'
import { startApiServer, type ApiServer } from '../api-server.ts'
import { annotatedMesh } from '../meshes.ts'

export interface ServedLab {
  lab: Lab
  server: ApiServer
}

const TOKEN = 'token-of-the-licensed-lab'

/** The noop lab on the API server of a kubeconfig. */
export function labOn(kubeconfig: string, over: Partial<Lab> = {}): Lab {
  const lab = noopLab()
  const { labId } = lab.cluster
  const cluster = { ...lab.cluster, kubeconfig }
  return {
    ...lab,
    cluster,
    kube: labellingClient(connect(kubeconfig), labId),
    mesh: annotatedMesh,
    terms: NO_TERMS,
    ...over,
  }
}

/** A lab on a stand-in for an API server. */
export async function serveLab(folder: string, options: { uid?: string } = {}): Promise<ServedLab> {
  const server = await startApiServer({ token: TOKEN, ...options })
  const kubeconfig = join(folder, 'kubeconfig')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'here', cluster: { server: server.url } }],
    users: [{ name: 'me', user: { token: TOKEN } }],
    contexts: [{ name: 'mine', context: { cluster: 'here', user: 'me' } }],
    'current-context': 'mine',
  }
  writeFileSync(kubeconfig, stringify(config), { mode: 0o600 })
  return { lab: labOn(kubeconfig), server }
}
