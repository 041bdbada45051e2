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
  /** Stops. Returns why no reading succeeded, else null. */
  stop(): Promise<string | null>
}

/**
 * Reads the kubelets' metrics through the API server (`nodes/proxy`), so no metrics server is needed. CPU time is an exact
 * counter, but the kubelets update it only every second on the embedded cluster, and every 10 to 15 s on most others. Peak
 * memory is the highest reading; memory may have been higher in between. `toolPods` are the pods of the backup tool. A failed
 * reading is a gap, which the verdict sees.
 *
 * The sampler reads the system nodes and the nodes in `nodes`, on which pods of `groups` run or ran. It reads a node until the
 * end, even if its power is cut or its pods have left, because only the node's reading shows that a pod is gone. The cost
 * depends on the drill, not on the size of the cluster. It does not measure DaemonSet pods on other nodes.
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
  /** Keeps the start time in the first sample of a pod only. */
  const keepFirstStart = (sample: ResourceSample): ResourceSample => {
    const { sinceMs, ...rest } = sample
    if (sinceMs === undefined || begun.has(sample.scope)) return rest
    begun.add(sample.scope)
    return sample
  }
  const isInScope = ({ scope }: ResourceSample): boolean => {
    const [kind, namespace = '', name = ''] = scope.split('/')
    return kind === 'node' || isIn(groups, namespace, name)
  }
  const readNode = (node: string) =>
    attempt(async () => {
      const text = await lab.kube.core.connectGetNodeProxyWithPath({ name: node, path: 'metrics/resource' })
      onSamples(parseResources(text, { node, toolPods, at: Date.now() }).filter(isInScope).map(keepFirstStart))
      readings += 1
    })
  let system: string[] | null = null
  const readAll = async () => {
    await attempt(async () => {
      system ??= await listSystemNodes(lab)
    })
    // In parallel, so that a node without power does not delay the others.
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

/** System nodes of the cluster. None if the cluster has no label for them. */
async function listSystemNodes({ cluster, kube }: Lab): Promise<string[]> {
  const labelSelector = selector(cluster.systemNodes)
  if (labelSelector === '') return []
  const { items } = await kube.core.listNode({ labelSelector, resourceVersion: '0' })
  return items.map(({ metadata }) => metadata?.name ?? '')
}

/** Parses a kubelet's `/metrics/resource` into samples by scope. Times are those of the measurement, by the kubelet's clock. */
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
