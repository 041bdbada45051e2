import type { Lab } from '../lab.ts'
import type { ResourceSample } from '../record/facts.ts'
import type { ToolParts } from '../tools/tool.ts'

const METRICS = [
  'node_cpu_usage_seconds_total',
  'node_memory_working_set_bytes',
  'pod_cpu_usage_seconds_total',
  'pod_memory_working_set_bytes',
]
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
 */
export function startResourceSampler(
  lab: Lab,
  options: { toolPods: ToolParts['pods']; everyMs: number; onSamples: (samples: ResourceSample[]) => void },
): ResourceSampler {
  const stop = new AbortController()
  let readings = 0
  let lastError: unknown = null
  const attempt = async (body: () => Promise<void>): Promise<void> => {
    try {
      await body()
    } catch (error) {
      lastError = error
    }
  }
  const readNode = (node: string) =>
    attempt(async () => {
      const text = await lab.kube.core.connectGetNodeProxyWithPath({ name: node, path: 'metrics/resource' })
      options.onSamples(parseResources(text, { node, toolPods: options.toolPods, at: Date.now() }))
      readings += 1
    })
  let nodes: string[] = []
  const readAll = () =>
    attempt(async () => {
      if (nodes.length === 0) nodes = (await lab.kube.core.listNode()).items.map(({ metadata }) => metadata?.name ?? '')
      // Side by side: a node whose power is cut answers nothing, and must not hold up the others.
      await Promise.all(nodes.map(readNode))
    })
  const running = (async () => {
    while (!stop.signal.aborted) {
      const startedMs = Date.now()
      await readAll()
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, startedMs + options.everyMs - Date.now())))
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

/** The text of a kubelet's `/metrics/resource`, by scope. Times are the kubelet's own, of when it measured. */
export function parseResources(
  text: string,
  options: { node: string; toolPods: ToolParts['pods']; at: number },
): ResourceSample[] {
  const scopes = new Map<string, ResourceSample>()
  for (const line of text.split('\n')) {
    const [, metric = '', labelText = '', value = '', measuredAt] = LINE.exec(line) ?? []
    if (!METRICS.includes(metric)) continue
    const labels = Object.fromEntries(
      [...labelText.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text]),
    ) as Partial<Record<string, string>>
    const pod = metric.startsWith('pod_')
    const scope = pod ? `pod/${labels.namespace ?? ''}/${labels.pod ?? ''}` : `node/${options.node}`
    const at = measuredAt === undefined ? options.at : Number(measuredAt)
    const tool = pod && options.toolPods.some(({ namespace, prefix }) => scope.startsWith(`pod/${namespace}/${prefix}`))
    const sample = scopes.get(scope) ?? { at, scope, tool, cpuSeconds: Number.NaN, memoryBytes: Number.NaN }
    if (metric.includes('_cpu_')) sample.cpuSeconds = Number(value)
    else sample.memoryBytes = Number(value)
    scopes.set(scope, sample)
  }
  return [...scopes.values()].filter((s) => Number.isFinite(s.cpuSeconds) && Number.isFinite(s.memoryBytes))
}
