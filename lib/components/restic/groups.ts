import { createHash } from 'node:crypto'
import type { KubeObject } from '../../kube/object.ts'

interface Controller extends KubeObject {
  spec?: {
    template?: { spec?: { volumes?: { persistentVolumeClaim?: { claimName: string } }[] } }
    volumeClaimTemplates?: { metadata: { name: string } }[]
  }
}

/** The claims that one pod mounts together with others, with the name of their group. Other claims are left out. */
export function groupByPod(objects: readonly KubeObject[], claims: readonly string[]): Map<string, string> {
  const groups = new Map<string, string>()
  for (const { kind, metadata, spec } of objects as readonly Controller[]) {
    const shared = (spec?.template?.spec?.volumes ?? []).flatMap(
      ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
    )
    const templates = (spec?.volumeClaimTemplates ?? []).map(
      (template) => `${template.metadata.name}-${metadata.name}-`,
    )
    const ofPods = new Map<string, string[]>([['', shared]])
    for (const claim of claims) {
      const prefix = templates.find((begin) => claim.startsWith(begin) && /^\d+$/.test(claim.slice(begin.length)))
      if (prefix === undefined) continue
      const pod = claim.slice(prefix.length)
      ofPods.set(pod, [...(ofPods.get(pod) ?? shared), claim])
    }
    for (const [pod, mounted] of ofPods) {
      const own = mounted.filter((claim) => claims.includes(claim))
      if (own.length > 1) for (const claim of own) groups.set(claim, hashOf(`${kind}/${metadata.name}/${pod}`))
    }
  }
  return groups
}

const hashOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 10)
