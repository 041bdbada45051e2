import { selector } from '../kube/client.ts'
import type { Lab } from '../lab/lab.ts'
import type { ResourceSample } from '../record/facts.ts'
import type { ToolParts } from '../components/tool.ts'
import { isIn, type PodGroup } from './places.ts'

const METRICS = [
  'node_cpu_usage_seconds_total',
  'node_memory_working_set_bytes',
  'pod_cpu_usage_seconds_total',
  'pod_memory_working_set_bytes',
]
/** Unix time of a container's start, in seconds. */
const START = 'container_start_time_seconds'
const LINE = /^(\w+)(?:\{([^}]*)\})? (\S+)(?: (\d+))?$/

/** Reads the kubelets' metrics at a fixed rate until stopped. */
export interface ResourceSampler {
  /** Stops; returns why not one reading succeeded, else null. */
  stop(): Promise<string | null>
}

/**
 * The kubelets are asked through the API server (`nodes/proxy`), which every cluster has; no metrics server is needed. CPU is
 * a counter: what it grew by is exact, but its ends are only as fine as the kubelets measure (every second on the embedded
 * cluster, every 10 to 15 s on most others). Memory is the highest that was read, and may have been higher in between.
 * `toolPods` are the backup tool's own pods. A reading that fails is a gap, which the verdict sees.
 *
 * Asked are the system nodes and those of `nodes`, where pods of `groups` are or were: one that was asked once is asked until
 * the end, also when its power is cut or the pods have left it, as only its own reading says that a pod is gone. What it costs
 * is by the drill, and not by the cluster. Of pods that stand on every node, those on other nodes are not measured.
 */
export function startResourceSampler(
  lab: Lab,
  options: {
    toolPods: ToolParts['pods']
    groups: readonly PodGroup[]
    nodes: ReadonlySet<string>
    everyMs: number
    onSamples: (samples: ResourceSample[]) => void
  },
): ResourceSampler {
  const { toolPods, groups, everyMs, onSamples } = options
  const stop = new AbortController()
  const begun = new Set<string>()
  let readings = 0
  let lastError: unknown = null
  const attempt = async (body: () => Promise<void>): Promise<void> => {
    try {
      await body()
    } catch (error) {
      lastError = error
    }
  }
  /** When a pod began is told with its first sample that knows it. */
  const tellOnce = (sample: ResourceSample): ResourceSample => {
    const { sinceMs, ...rest } = sample
    if (sinceMs === undefined || begun.has(sample.scope)) return rest
    begun.add(sample.scope)
    return sample
  }
  const isOurs = ({ scope }: ResourceSample): boolean => {
    const [kind, namespace = '', name = ''] = scope.split('/')
    return kind === 'node' || isIn(groups, namespace, name)
  }
  const readNode = (node: string) =>
    attempt(async () => {
      const text = await lab.kube.core.connectGetNodeProxyWithPath({ name: node, path: 'metrics/resource' })
      onSamples(parseResources(text, { node, toolPods, at: Date.now() }).filter(isOurs).map(tellOnce))
      readings += 1
    })
  let system: string[] | null = null
  const readAll = async () => {
    await attempt(async () => {
      system ??= await listSystemNodes(lab)
    })
    // Side by side: a node whose power is cut answers nothing, and must not hold up the others.
    await Promise.all([...new Set([...(system ?? []), ...options.nodes])].map(readNode))
  }
  const running = (async () => {
    while (!stop.signal.aborted) {
      const startedMs = Date.now()
      await readAll()
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, startedMs + everyMs - Date.now())))
    }
  })()
  return {
    async stop() {
      stop.abort()
      await running
      return readings === 0 ? `no metrics of any node could be read: ${String(lastError)}` : null
    },
  }
}

/** Where no label says which nodes they are, there are none. */
async function listSystemNodes({ cluster, kube }: Lab): Promise<string[]> {
  const labelSelector = selector(cluster.systemNodes)
  if (labelSelector === '') return []
  const { items } = await kube.core.listNode({ labelSelector, resourceVersion: '0' })
  return items.map(({ metadata }) => metadata?.name ?? '')
}

/** The text of a kubelet's `/metrics/resource`, by scope. Times are the kubelet's own, of when it measured. */
export function parseResources(
  text: string,
  options: { node: string; toolPods: ToolParts['pods']; at: number },
): ResourceSample[] {
  const scopes = new Map<string, ResourceSample>()
  const starts = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, metric = '', labelText = '', value = '', measuredAt] = LINE.exec(line) ?? []
    if (metric !== START && !METRICS.includes(metric)) continue
    const labels = Object.fromEntries(
      [...labelText.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text]),
    ) as Partial<Record<string, string>>
    const pod = !metric.startsWith('node_')
    const scope = pod ? `pod/${labels.namespace ?? ''}/${labels.pod ?? ''}` : `node/${options.node}`
    if (metric === START) {
      starts.set(scope, Math.min(starts.get(scope) ?? Infinity, Number(value) * 1000))
      continue
    }
    const at = measuredAt === undefined ? options.at : Number(measuredAt)
    const tool = pod && options.toolPods.some(({ namespace, prefix }) => scope.startsWith(`pod/${namespace}/${prefix}`))
    const sample = scopes.get(scope) ?? { at, scope, tool, cpuSeconds: Number.NaN, memoryBytes: Number.NaN }
    if (metric.includes('_cpu_')) sample.cpuSeconds = Number(value)
    else sample.memoryBytes = Number(value)
    scopes.set(scope, sample)
  }
  return [...scopes.values()]
    .filter((s) => Number.isFinite(s.cpuSeconds) && Number.isFinite(s.memoryBytes))
    .map((sample) => withStart(sample, starts.get(sample.scope)))
}

const withStart = (sample: ResourceSample, sinceMs: number | undefined): ResourceSample =>
  sinceMs !== undefined && Number.isFinite(sinceMs) ? { ...sample, sinceMs: Math.round(sinceMs) } : sample
