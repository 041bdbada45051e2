import { noopLab } from '../../../lib/simulation/noop-cluster.ts'
import type { KubeClient } from '../../../lib/kube/client.ts'
import type { Lab } from '../../../lib/lab/lab.ts'

/** The noop lab with parts of its client replaced, each made from the one in memory. */
export function labWith(replace: (memory: KubeClient) => Partial<KubeClient>): Lab {
  const lab = noopLab()
  return { ...lab, kube: { ...lab.kube, ...replace(lab.kube) } }
}

/** A typed client of which only this is there. */
export const only = <Client>(part: Partial<Client>): Client => part as Client
