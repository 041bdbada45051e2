import { setTimeout as sleep } from 'node:timers/promises'
import { CHAOS_NAMESPACE } from '../components/chaos-mesh/chaos-mesh.ts'
import type { LoadOptions, ClientPlaces } from '../load/load.ts'
import { TIMEOUT_MS, type PolicyProberOptions, type ProberOptions } from '../probes/availability/prober.ts'
import { watchPlaces, type PodGroup } from '../probes/places.ts'
import { startResourceSampler } from '../probes/resources.ts'
import type { ProbeSample, Write } from '../record/facts.ts'
import { runAll } from '../system/run-all.ts'
import { parseDuration } from '../system/quantity.ts'
import { clientsOf, type Clients } from './clients.ts'
import type { DrillContext, StartMeasuring } from './context.ts'

const POLL_MS = 50
/** Maximum of denied calls per second. Fewer than probes, to add little load to what the probes measure. */
const CALLS_HZ = 20

/** Starts the measurements with the given clients. */
export const startMeasuring =
  (clientPlaces: ClientPlaces): StartMeasuring =>
  async (context, { route, denied }, seeded) => {
    const { lab, workload, record, seed, probeHz } = context
    const recent: ProbeSample[] = []
    const clients = clientsOf(lab, clientPlaces, context.namespace)
    const intervalMs = 1000 / probeHz
    const timeoutMs = TIMEOUT_MS
    const settings = workload.clients.settings?.()
    const service = { route, seed, seeded, ...(settings === undefined ? {} : { settings }) }
    // The clients start first, because they may fail to start. Nothing else runs yet.
    const probing = { main: workload.clients.prober, ...service, timeoutMs }
    const callsHz = Math.min(probeHz, CALLS_HZ)
    const { load, prober, policyProber } = await startClients(clients, {
      load: { script: workload.clients.load, ...service, rate: context.loadRps, folder: context.folder },
      prober: {
        ...{ ...probing, rateHz: probeHz },
        onSamples: (samples) => {
          recent.push(...samples)
          record({ kind: 'probes', intervalMs, timeoutMs, samples })
        },
      },
      policyProber: denied && {
        ...{ ...probing, denied, rateHz: callsHz },
        onSamples: (samples) => {
          record({ kind: 'policy.probes', intervalMs: 1000 / callsHz, samples })
        },
      },
    })
    if (clients.where !== null) {
      const wider = `each probe interval is widened by ${prober.widenedMs} ms, the error of the clock of the prober`
      record({ kind: 'note', text: `${clients.where}; ${wider}` })
    }
    const groups = podGroups(context)
    const places = watchPlaces(lab.kube, groups)
    const sampler = startResourceSampler(lab, {
      toolPods: context.tool.parts(context.namespace).pods,
      groups,
      nodes: places.nodes,
      everyMs: 1000,
      onSamples: (samples) => {
        record({ kind: 'resources', samples })
      },
    })
    let finalWrites: Write[] | null = null
    let ended: Promise<void> | null = null

    const stopLoad = async () => {
      if (finalWrites !== null) return
      const result = await load.stop()
      finalWrites = result.writes
      record({ kind: 'writes', writes: result.writes })
      record({ kind: 'load.ended', load: result.load })
    }
    // Each client is stopped, even if others fail: their data may have filled a disk.
    const stopAll = () =>
      runAll([
        stopLoad,
        async () => {
          const { sent, error } = await prober.stop()
          record({ kind: 'probes.ended', sent, error })
        },
        async () => {
          if (policyProber === null) return
          const { sent, error } = await policyProber.stop()
          record({ kind: 'policy.ended', sent, error })
        },
        async () => {
          // Notes explain the gaps that the verdict finds.
          for (const blind of [places.blindness(), await sampler.stop()])
            if (blind !== null) record({ kind: 'note', text: blind })
        },
        () => places.stop(),
        () => clients.end(),
      ])
    return {
      async steady(durationMs, timeout, sinceMs = Date.now()) {
        const untilMs = Date.now() + parseDuration(timeout)
        const isSteady = () => steadyFor(recent, sinceMs, durationMs)
        while (!isSteady() && Date.now() < untilMs) await sleep(POLL_MS)
        return isSteady()
      },
      async outageSeen(sinceMs, timeout) {
        const untilMs = Date.now() + parseDuration(timeout)
        const seen = () => recent.some(([dueMs, , right]) => dueMs >= sinceMs && !right)
        while (!seen() && Date.now() < untilMs) await sleep(POLL_MS)
        return seen()
      },
      writes: async () => finalWrites ?? (await load.writes()),
      stopLoad,
      nodes() {
        const blind = places.blindness()
        if (blind !== null) throw new Error(blind)
        return [...places.nodes]
      },
      stop: () => (ended ??= stopAll()),
    }
  }

interface ClientOptions {
  load: LoadOptions
  prober: ProberOptions
  policyProber: PolicyProberOptions | null
}

/** If one of them does not start, those that have started are stopped. */
async function startClients(clients: Clients, options: ClientOptions) {
  const begun: (() => Promise<unknown>)[] = [() => clients.end()]
  try {
    const load = await clients.startLoad(options.load)
    begun.unshift(() => load.stop())
    const prober = await clients.startProber(options.prober)
    begun.unshift(() => prober.stop())
    const policyProber = options.policyProber && (await clients.startPolicyProber(options.policyProber))
    return { load, prober, policyProber }
  } catch (error) {
    await runAll(begun)
    throw error
  }
}

/** The pods of a drill: those of its service, the tool, the mesh and Chaos Mesh. */
export const podGroups = ({ namespace, tool, mesh }: DrillContext): PodGroup[] => [
  ...[namespace, ...mesh.namespaces, CHAOS_NAMESPACE].map((name) => ({ namespace: name, prefix: '' })),
  ...tool.parts(namespace).pods,
]

/** True if probes due since `sinceMs` cover `durationMs` up to the newest without a wrong one. */
export function steadyFor(samples: ProbeSample[], sinceMs: number, durationMs: number): boolean {
  const before = samples.findLastIndex(([dueMs, , right]) => !right || dueMs < sinceMs)
  const [first, last] = [samples[before + 1], samples.at(-1)]
  return first !== undefined && last !== undefined && last[0] - first[0] >= durationMs
}
