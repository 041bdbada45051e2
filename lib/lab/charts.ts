import { PatchStrategy } from '@kubernetes/client-node'
import { stringify } from 'yaml'
import { mergeValues, type Values } from './artifacts.ts'
import { run } from '../system/run.ts'
import type { Lab } from './lab.ts'
import { withChildAccess } from '../kube/access/child.ts'
import { definitionsOfGroup } from '../kube/definitions.ts'
import { ownerOfRelease, releaseOf } from '../kube/helm-release.ts'
import { ensureNamespace, type PodSecurity } from './namespaces.ts'
import { LAB_LABEL, labLabel, hasLabLabel } from '../kube/ownership.ts'
import { ForeignObject } from '../kube/foreign-object.ts'
import { inNamespace } from '../kube/client.ts'
import type { KubeObject } from '../kube/object.ts'

interface Release {
  name: string
  namespace: string
  /** Chart by `<project>/<chart>`. */
  chart: string
  values?: Values
  /** What its pods need of the namespace. */
  podSecurity: PodSecurity
  /** End of the API groups whose definitions the chart brings, such as `istio.io`; not there where it brings none. */
  definitions?: string
}

/**
 * Installs a chart, or changes the release to these values. Does not wait for its pods. Everything that comes of it is known as
 * the lab's: by the label on its namespace, on its definitions and on helm's own record. Errors: the namespace or a release of
 * that name is of others.
 */
export async function installChart(lab: Lab, release: Release): Promise<void> {
  const helm = await lab.artifacts.binary('helm')
  const chart = await lab.artifacts.chart(release.chart)
  const { name, namespace } = release
  const { labId } = lab.cluster
  await ensureNamespace(lab, namespace, release)
  if ((await ownerOfRelease(lab.kube, release, labId)) === 'others')
    throw new Error(
      `helm release "${name}" of namespace "${namespace}" was not installed by this lab. It was left as it is. Next: helm -n ${namespace} list --all`,
    )
  const source = [
    chart.path,
    ...(chart.repository === undefined ? [] : ['--repo', chart.repository]),
    ...(chart.version === undefined ? [] : ['--version', chart.version]),
  ]
  const values = mergeValues(chart.values, release.values ?? {})
  const args = ['upgrade', '--install', name, ...source, '--namespace', namespace]
  const labels = ['--labels', `${LAB_LABEL}=${labId}`]
  const markDefinitions = await watchDefinitions(lab, release)
  await withChildAccess(lab.cluster.kubeconfig, ({ kubeconfig, env }) =>
    run(helm, [...args, ...labels, '--kubeconfig', kubeconfig, '--values', '-'], {
      ...{ env, input: stringify(values), timeoutMs: 120_000 },
    }),
  )
  await markDefinitions()
}

/**
 * Puts the lab's label on the definitions that a chart brings: helm marks none that are in its folder "crds". Errors: some are
 * there before, and not the lab's.
 */
async function watchDefinitions(lab: Lab, { definitions: end }: Release): Promise<() => Promise<void>> {
  if (end === undefined) return () => Promise.resolve()
  for (const definition of await definitionsOfGroup(lab.kube, end))
    if (!(await belongsToLab(lab, definition))) throw new ForeignObject(definition)
  return async () => {
    for (const { apiVersion, kind, metadata } of await definitionsOfGroup(lab.kube, end)) {
      const { name, uid } = metadata
      const marked = {
        apiVersion,
        kind,
        metadata: { name, ...(uid ? { uid } : {}), labels: labLabel(lab.cluster.labId) },
      }
      await lab.kube.objects.patch(marked, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch)
    }
  }
}

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
async function belongsToLab({ kube, cluster }: Pick<Lab, 'kube' | 'cluster'>, object: KubeObject): Promise<boolean> {
  if (hasLabLabel(object, cluster.labId)) return true
  const release = releaseOf(object)
  return release !== null && (await ownerOfRelease(kube, release, cluster.labId)) === 'lab'
}
