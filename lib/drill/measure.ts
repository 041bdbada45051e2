import { setTimeout as sleep } from 'node:timers/promises'
import { CHAOS_NAMESPACE } from '../components/chaos-mesh/chaos-mesh.ts'
import type { LoadOptions, ClientPlaces } from '../load/load.ts'
import { TIMEOUT_MS, type ProberOptions } from '../probes/availability/prober.ts'
import { watchPlaces, type PodGroup } from '../probes/places.ts'
import { startResourceSampler } from '../probes/resources.ts'
import type { ProbeSample, Write } from '../record/facts.ts'
import { runAll } from '../system/run-all.ts'
import { parseDuration } from '../system/quantity.ts'
import { clientsOf, type Clients } from './clients.ts'
import type { DrillContext, StartMeasuring } from './context.ts'

const POLL_MS = 50

/** Starts the measurements with the given clients. */
export const startMeasuring =
  (clientPlaces: ClientPlaces): StartMeasuring =>
  async (context, route, seeded) => {
    const { lab, workload, record, seed, probeHz } = context
    const recent: ProbeSample[] = []
    const clients = clientsOf(lab, clientPlaces, context.namespace)
    const intervalMs = 1000 / probeHz
    const timeoutMs = TIMEOUT_MS
    const settings = workload.clients.settings?.()
    const service = { route, seed, seeded, ...(settings === undefined ? {} : { settings }) }
    // The clients start first, because they may fail to start. Nothing else runs yet.
    const { load, prober } = await startClients(clients, {
      load: { script: workload.clients.load, ...service, rate: context.loadRps, folder: context.folder },
      prober: {
        ...{ main: workload.clients.prober, ...service, rateHz: probeHz, timeoutMs },
        onSamples: (samples) => {
          recent.push(...samples)
          record({ kind: 'probes', intervalMs, timeoutMs, samples })
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

async function startClients(clients: Clients, options: { load: LoadOptions; prober: ProberOptions }) {
  try {
    const load = await clients.startLoad(options.load)
    try {
      return { load, prober: await clients.startProber(options.prober) }
    } catch (error) {
      await load.stop()
      throw error
    }
  } catch (error) {
    await clients.end()
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
