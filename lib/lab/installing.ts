import type { Lab } from './lab.ts'
import { inNamespace } from '../kube/client.ts'
import { ownerOfRelease, releaseOf } from '../kube/helm-release.ts'
import type { KubeObject } from '../kube/object.ts'
import { hasLabLabel } from '../kube/ownership.ts'
import { ForeignObject } from '../kube/foreign-object.ts'

/** The lab, whose client applies nothing over an object that is there and does not belong to the lab. For installing parts. */
export function installingLab(lab: Lab): Lab {
  const apply: Lab['kube']['apply'] = async (objects, { namespace } = {}) => {
    for (const object of objects) {
      const placed = namespace === undefined ? object : inNamespace(object, namespace)
      const found = await lab.kube.get(placed)
      if (found !== null && !(await belongsToLab(lab, found))) throw new ForeignObject(placed)
      await lab.kube.apply([placed])
    }
  }
  return { ...lab, kube: { ...lab.kube, apply } }
}

/** Whether an object carries the lab's label, or was made by a helm release that does. */
export async function belongsToLab(
  { kube, cluster }: Pick<Lab, 'kube' | 'cluster'>,
  object: KubeObject,
): Promise<boolean> {
  if (hasLabLabel(object, cluster.labId)) return true
  const release = releaseOf(object)
  return release !== null && (await ownerOfRelease(kube, release, cluster.labId)) === 'lab'
}
