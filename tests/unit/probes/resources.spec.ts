import { expect, test } from '@playwright/test'
import { V1NodeList, type CoreV1Api } from '@kubernetes/client-node'
import { parseResources, startResourceSampler } from '../../../lib/probes/resources.ts'
import type { ResourceSample } from '../../../lib/record/facts.ts'
import { nodeOf } from '../stand-ins/faults.ts'
import { labWith, only } from '../stand-ins/lab.ts'

const options = { node: 'one', toolPods: [{ namespace: 'velero', prefix: '' }], at: 5 }
const parse = (...lines: string[]) => parseResources(lines.join('\n'), options)

const kubelet = `# HELP container_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the container in core-seconds
# TYPE container_cpu_usage_seconds_total counter
container_cpu_usage_seconds_total{container="node-agent",namespace="velero",pod="node-agent-x2k9p"} 99 1763690507223
# TYPE container_memory_working_set_bytes gauge
container_memory_working_set_bytes{container="node-agent",namespace="velero",pod="node-agent-x2k9p"} 9.9e+09 1763690507223
# TYPE container_start_time_seconds gauge
container_start_time_seconds{container="node-agent",namespace="velero",pod="node-agent-x2k9p"} 1.7636904e+09
# HELP node_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the node in core-seconds
# TYPE node_cpu_usage_seconds_total counter
node_cpu_usage_seconds_total 323.410731 1763690508000
# TYPE node_memory_working_set_bytes gauge
node_memory_working_set_bytes 1.452015616e+09 1763690508000
node_swap_usage_bytes 0 1763690508000
# TYPE pod_cpu_usage_seconds_total counter
pod_cpu_usage_seconds_total{namespace="drill",pod="ledger-5c9-abcde"} 2.25 1763690506000
pod_cpu_usage_seconds_total{namespace="velero",pod="node-agent-x2k9p"} 4.710169 1763690507000
# TYPE pod_memory_working_set_bytes gauge
pod_memory_working_set_bytes{namespace="drill",pod="ledger-5c9-abcde"} 1.2345344e+07 1763690506000
pod_memory_working_set_bytes{namespace="velero",pod="node-agent-x2k9p"} 8.3886080e+07 1763690507000
# TYPE resource_scrape_error gauge
resource_scrape_error 0
`

test('the metrics of a kubelet give samples of node and pods, with the times of measurement', () => {
  expect(parse(kubelet)).toEqual([
    { at: 1763690508000, scope: 'node/one', tool: false, cpuSeconds: 323.410731, memoryBytes: 1452015616 },
    { at: 1763690506000, scope: 'pod/drill/ledger-5c9-abcde', tool: false, cpuSeconds: 2.25, memoryBytes: 12345344 },
    {
      at: 1763690507000,
      scope: 'pod/velero/node-agent-x2k9p',
      tool: true,
      cpuSeconds: 4.710169,
      memoryBytes: 83886080,
      sinceMs: 1763690400000,
    },
  ])
})

test('pods of the same name in two namespaces are different, and only one belongs to the tool', () => {
  const lines = ['velero', 'drill'].flatMap((namespace, index) => [
    `pod_cpu_usage_seconds_total{namespace="${namespace}",pod="a"} ${index} 7`,
    `pod_memory_working_set_bytes{namespace="${namespace}",pod="a"} ${index} 7`,
  ])
  expect(parse(...lines).map(({ scope, tool, cpuSeconds }) => [scope, tool, cpuSeconds])).toEqual([
    ['pod/velero/a', true, 0],
    ['pod/drill/a', false, 1],
  ])
})

test('a metric without a time gets the time of its reading', () => {
  const [sample] = parse('node_cpu_usage_seconds_total 1', 'node_memory_working_set_bytes 2')
  expect(sample?.at).toBe(5)
})

test('a scope with only one readable metric is left out, never set to zero', () => {
  const cpu = 'pod_cpu_usage_seconds_total{namespace="drill",pod="a"} 1 7'
  const memory = 'pod_memory_working_set_bytes{namespace="drill",pod="a"} 2 7'
  expect(parse(cpu, memory)).toHaveLength(1)
  const malformed = [
    'pod_memory_working_set_bytes{namespace="drill",pod="a"}',
    'pod_memory_working_set_bytes{namespace="drill",pod="a"} NaN 7',
    'pod_memory_working_set_bytes{namespace="drill",pod="a"} +Inf 7',
    'pod_memory_working_set_bytes{namespace="drill",pod="a" 2 7',
    'pod_memory_working_set_bytes{namespace="drill",pod="a"} 2 soon',
    'pod_memory_working_set_bytes{namespace="drill",pod="b"} 2 7',
    'pod_memory_working_set_byt',
  ]
  for (const line of malformed) expect(parse(cpu, line), line).toEqual([])
  expect(parse('', '# HELP', 'Internal error occurred: no metrics')).toEqual([])
})

test('a pod starts when its first container starts', () => {
  const start = (container: string, seconds: string) =>
    `container_start_time_seconds{container="${container}",namespace="drill",pod="a"} ${seconds}`
  const cpu = 'pod_cpu_usage_seconds_total{namespace="drill",pod="a"} 1 7'
  const memory = 'pod_memory_working_set_bytes{namespace="drill",pod="a"} 2 7'
  expect(parse(cpu, memory, start('one', '1.7636904972213e+09'), start('two', '1.7636905e+09'))).toEqual([
    { at: 7, scope: 'pod/drill/a', tool: false, cpuSeconds: 1, memoryBytes: 2, sinceMs: 1763690497221 },
  ])
  expect(parse(cpu, memory, start('one', 'NaN'))[0]).not.toHaveProperty('sinceMs')
})

test.describe('the sampler', () => {
  /** A sampler on nodes that each run the same pods; `until` says when it has seen enough. */
  async function sample(nodes: Set<string>, options: { system?: string[]; until: (asked: string[]) => boolean }) {
    const asked: string[] = []
    const samples: ResourceSample[] = []
    const { system = [], until } = options
    const connectGetNodeProxyWithPath: CoreV1Api['connectGetNodeProxyWithPath'] = ({ name }) => {
      asked.push(name)
      return name === 'silent' ? Promise.reject(new Error('no answer')) : Promise.resolve(kubelet)
    }
    const listNode: CoreV1Api['listNode'] = ({ labelSelector } = {}) => {
      expect(labelSelector).toBe('pool=system')
      const items = system.map((name) => nodeOf({ metadata: { name } }))
      return Promise.resolve(Object.assign(new V1NodeList(), { items }))
    }
    const lab = labWith(() => ({ core: only<CoreV1Api>({ connectGetNodeProxyWithPath, listNode }) }))
    const systemNodes: Record<string, string> = system.length > 0 ? { pool: 'system' } : {}
    const sampler = startResourceSampler(
      { ...lab, cluster: { ...lab.cluster, systemNodes } },
      {
        ...{ nodes, toolPods: [{ namespace: 'velero', prefix: '' }], everyMs: 1 },
        groups: [{ namespace: 'velero', prefix: 'node-' }],
        onSamples: (some) => samples.push(...some),
      },
    )
    await expect.poll(() => until(asked), { intervals: [1] }).toBe(true)
    return { blind: await sampler.stop(), samples, asked }
  }

  test('the sampler reads the system nodes and the nodes with pods of the drill, and no others', async () => {
    const nodes = new Set(['one'])
    const { asked } = await sample(nodes, {
      system: ['control'],
      until: (asked) => {
        if (asked.filter((name) => name === 'one').length === 3) nodes.add('two')
        return asked.includes('two')
      },
    })
    expect(asked.slice(0, 4)).toEqual(['control', 'one', 'control', 'one'])
    expect(new Set(asked)).toEqual(new Set(['control', 'one', 'two']))
  })

  test('the sampler reads no system node if no label selects them', async () => {
    const { asked } = await sample(new Set(['one']), { until: ({ length }) => length === 3 })
    expect(new Set(asked)).toEqual(new Set(['one']))
  })

  test('the sampler keeps the node and the pods of the drill, and reports the start of each pod once', async () => {
    const { samples } = await sample(new Set(['one']), { until: ({ length }) => length === 3 })
    expect(new Set(samples.map(({ scope }) => scope))).toEqual(new Set(['node/one', 'pod/velero/node-agent-x2k9p']))
    expect(samples.filter(({ sinceMs }) => sinceMs !== undefined)).toHaveLength(1)
  })

  test('a sampler without a reading reports why', async () => {
    expect((await sample(new Set(['silent']), { until: ({ length }) => length === 2 })).blind).toMatch(/no answer/)
    expect((await sample(new Set(['silent', 'one']), { until: ({ length }) => length === 4 })).blind).toBe(null)
  })
})
