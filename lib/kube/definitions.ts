import type { KubeClient } from './client.ts'
import type { KubeObject } from './object.ts'
import { pending, waitFor } from './wait.ts'

interface Conditioned extends KubeObject {
  status?: { conditions?: { type: string; status: string }[] }
}

/** Resolves when the API server knows the kinds of these CustomResourceDefinitions. */
export async function definitionsEstablished(kube: KubeClient, definitions: KubeObject[]): Promise<void> {
  for (const { apiVersion, kind, metadata } of definitions) {
    const { name } = metadata
    await waitFor(
      `CustomResourceDefinition "${name}" established`,
      async () => {
        const found = await kube.get<Conditioned>({ apiVersion, kind, metadata: { name } })
        const established = found?.status?.conditions?.some((c) => c.type === 'Established' && c.status === 'True')
        return established ? true : pending(found === null ? 'not there' : 'not established')
      },
      { timeout: '30s', every: '50ms' },
    )
  }
}
