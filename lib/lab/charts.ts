import { clientLibrary } from '../kube/library.ts'
import { stringify } from 'yaml'
import { mergeValues, type Chart, type Values } from './artifacts.ts'
import { messageOf } from '../system/file-error.ts'
import { ProgramError, run } from '../system/run.ts'
import type { Lab } from './lab.ts'
import { withChildAccess } from '../kube/access/child.ts'
import { definitionsOfGroup } from '../kube/definitions.ts'
import { ownerOfRelease, releaseOf } from '../kube/helm-release.ts'
import { ensureNamespace, type PodSecurity } from './namespaces.ts'
import { LAB_LABEL, labLabel, hasLabLabel } from '../kube/ownership.ts'
import { ForeignObject } from '../kube/foreign-object.ts'
import { inNamespace } from '../kube/client.ts'
import type { KubeObject } from '../kube/object.ts'

/** Errors: the repository of a chart does not serve it at the pinned version. Nothing is changed. */
export async function requireChart(lab: Pick<Lab, 'artifacts'>, name: string): Promise<void> {
  const helm = await lab.artifacts.binary('helm')
  const chart = await lab.artifacts.chart(name)
  if (chart.version === undefined) return
  const command = ['show', 'chart', ...sourceOf(chart)]
  try {
    await run(helm, command)
  } catch (error) {
    const said = error instanceof ProgramError ? error.stderr.trim() : ''
    throw new Error(
      `Nothing was changed. Chart "${name}" of version "${chart.version}" cannot be had: ${said || messageOf(error)}. Next: helm ${command.join(' ')}`,
      { cause: error },
    )
  }
}

/** How helm is given a chart: its folder, its name in a repository, or its URL in a registry. */
const sourceOf = ({ path, repository, version }: Chart): string[] => [
  path,
  ...(repository === undefined ? [] : ['--repo', repository]),
  ...(version === undefined ? [] : ['--version', version]),
]

interface Release {
  name: string
  namespace: string
  /** Chart by `<project>/<chart>`. */
  chart: string
  values?: Values
  /** Pod Security level that its pods need. */
  podSecurity: PodSecurity
  /** End of the API groups that the chart defines, such as `istio.io`; missing if it defines none. */
  definitions?: string
}

/**
 * Installs a chart, or changes the release to these values. Does not wait for its pods. The lab's label is set on its namespace, on
 * its definitions and on helm's record. Errors: the namespace or the release belongs to others.
 */
export async function installChart(lab: Lab, release: Release): Promise<void> {
  const helm = await lab.artifacts.binary('helm')
  const chart = await lab.artifacts.chart(release.chart)
  const { name, namespace } = release
  const { labId } = lab.cluster
  await ensureNamespace(lab, namespace, release)
  if ((await ownerOfRelease(lab.kube, release, labId)) === 'others')
    throw new Error(
      `helm release "${name}" of namespace "${namespace}" was not installed by this lab, and was not changed. Next: helm -n ${namespace} list --all`,
    )
  const values = mergeValues(chart.values, release.values ?? {})
  const args = ['upgrade', '--install', name, ...sourceOf(chart), '--namespace', namespace]
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
 * Returns a function that sets the lab's label on the chart's definitions, because helm does not label those in the folder "crds".
 * Errors: a definition of others exists already.
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
      await lab.kube.objects.patch(
        marked,
        undefined,
        undefined,
        undefined,
        undefined,
        clientLibrary().PatchStrategy.MergePatch,
      )
    }
  }
}

/** The lab with a client for installations, which never changes objects of others. */
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

/** True if an object has the lab's label, or belongs to a helm release with that label. */
async function belongsToLab({ kube, cluster }: Pick<Lab, 'kube' | 'cluster'>, object: KubeObject): Promise<boolean> {
  if (hasLabLabel(object, cluster.labId)) return true
  const release = releaseOf(object)
  return release !== null && (await ownerOfRelease(kube, release, cluster.labId)) === 'lab'
}
