import { providerOf } from './providers.ts'
import type { Config } from '../config/config.ts'
import type { Component } from '../components/component.ts'
import { componentOf, type ComponentName } from '../components/index.ts'
import { loadOperator } from './clients.ts'
import { installChaosMesh } from '../components/chaos-mesh/chaos-mesh.ts'
import { replayUndos } from '../faults/undo/replay.ts'
import { storeReached } from '../faults/support/reach.ts'
import { connect } from '../kube/client.ts'
import { installingLab } from '../lab/charts.ts'
import { labellingClient } from '../kube/ownership.ts'
import type { Cluster } from '../lab/cluster.ts'
import type { Lab } from '../lab/lab.ts'
import { loadMesh, MESH_NAMES, traitsOfMesh } from '../components/meshes.ts'
import { toolGroups } from '../components/needed.ts'
import type { Mesh } from '../components/mesh.ts'
import type { ManifestCounts } from '../record/facts.ts'
import { countManifests, recordApplied } from '../components/support/manifests.ts'
import type { BackupTool, InstalledTool } from '../components/tool.ts'

export const meshOf = ({ mesh }: Config): Promise<Mesh> => loadMesh(mesh)

export const NODES_READY = 'nodes Ready'

/** Duration of each part in milliseconds, in the order of their ends. */
export type LabTimes = { part: string; durationMs: number }[]

/**
 * Creates the lab: cluster, store, mesh, Chaos Mesh. An existing part is left as it is. A mesh whose requirements are not met is not
 * installed: its drills are skipped.
 */
export async function createLab(
  config: Config,
  options: { ownerPid: number; log: (line: string) => void },
): Promise<{ lab: Lab; times: LabTimes }> {
  const { log } = options
  const times: LabTimes = []
  // The key is typed: a component that is not in the index could not be found or removed again.
  const installOnce = async (name: ComponentName, body: () => Promise<unknown>): Promise<void> => {
    if (cluster.has(name)) return
    await timed(describeInstall(componentOf(name)), body)
    await cluster.note(name)
  }
  const timed = async <T>(part: string, body: () => Promise<T>): Promise<T> => {
    const startedMs = performance.now()
    log(`${part} …`)
    const result = await body()
    times.push({ part, durationMs: performance.now() - startedMs })
    log(`${part} ready after ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
    return result
  }
  const provider = providerOf(config)
  const problems = await provider.requires()
  if (problems.length > 0) throw new Error(`This machine cannot hold the lab yet:\n  ${problems.join('\n  ')}`)
  const cluster = await timed('cluster', () => provider.create({ keep: config.keep, ownerPid: options.ownerPid, log }))
  requireNoOtherMesh(cluster, config)
  if (cluster.readyMs !== null) times.unshift({ part: NODES_READY, durationMs: cluster.readyMs })
  const store = await timed('S3 store', () => cluster.openStore())
  const lab: Lab = {
    cluster,
    store,
    artifacts: cluster.artifacts,
    mesh: traitsOfMesh(config.mesh),
    toolGroups,
    terms: config.terms,
    kube: labellingClient(connect(cluster.kubeconfig), cluster.labId),
    log,
  }
  const undone = await replayUndos(lab)
  if (undone.length > 0) log(`undone faults of an earlier run: ${undone.join(', ')}`)
  const installing = installingLab(lab)
  const operator = loadOperator(config)
  const mesh = await meshOf(config)
  const missing = await mesh.requires(lab)
  if (missing.length > 0) log(`the mesh "${config.mesh}" is not installed: ${missing.join('; ')}`)
  await Promise.all([
    missing.length > 0 || installOnce(config.mesh, () => mesh.install(installing)),
    installOnce('chaos-mesh', () => installChaosMesh(installing)),
    operator && installOnce(operator.name, () => operator.install(installing)),
  ])
  await storeReached(lab)
  return { lab, times }
}

/** Name of an installation in the log. */
export const describeInstall = ({ title, presence }: Pick<Component, 'title' | 'presence'>): string =>
  'none' in presence ? `${title} (nothing to install)` : title

/** A lab has one mesh. A second mesh would distort the measurements. */
function requireNoOtherMesh(cluster: Cluster, { mesh, cluster: provider }: Config): void {
  const names: readonly string[] = MESH_NAMES
  const other = names.find((name) => name !== mesh && cluster.has(name))
  if (other === undefined) return
  throw new Error(
    `the kept lab has the mesh "${other}", and this run drills on "${mesh}". Next: MESHDRILL_CLUSTER=${provider} npm run lab:down`,
  )
}

/**
 * Installs the tool if it is missing. It comes last: Velero reads the kinds of the cluster when it starts, and again
 * only minutes later. Kinds of a mesh that came after that would be missing in its backups, which would still end as
 * Completed.
 */
export async function ensureTool(lab: Lab, tool: BackupTool): Promise<ReadyTool> {
  if (lab.cluster.has(tool.name)) return { installed: tool.attach(lab), installMs: null, manifests: null }
  const startedMs = performance.now()
  lab.log(`${tool.name} …`)
  const watched = recordApplied(installingLab(lab))
  await tool.install(watched.lab)
  const installMs = Math.round(performance.now() - startedMs)
  await lab.cluster.note(tool.name)
  lab.log(`${tool.name} ready after ${(installMs / 1000).toFixed(1)} s`)
  return { installed: tool.attach(lab), installMs, manifests: countManifests(watched.applied) }
}

/** A tool, with the duration and the objects of its install. Null if it already existed. */
export interface ReadyTool {
  installed: InstalledTool
  installMs: number | null
  manifests: ManifestCounts | null
}

/** Attaches to the lab that `createLab` created in another process. */
export async function attachLab(config: Config, log: (line: string) => void): Promise<Lab> {
  const cluster = await providerOf(config).attach()
  return {
    cluster,
    store: await cluster.openStore(),
    artifacts: cluster.artifacts,
    mesh: traitsOfMesh(config.mesh),
    toolGroups,
    terms: config.terms,
    kube: labellingClient(connect(cluster.kubeconfig), cluster.labId),
    log,
  }
}
