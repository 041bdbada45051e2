import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../lib/config/config.ts'
import { ensureRunUid } from '../../lib/record/run-folder.ts'
import { attachLab, meshOf } from '../../lib/drill/create-lab.ts'
import type { DrillContext } from '../../lib/drill/context.ts'
import { provision } from '../../lib/drill/drill.ts'
import { startMeasuring } from '../../lib/drill/measure.ts'
import { removeNamespace } from '../../lib/lab/namespaces.ts'
import { recordStep } from '../../lib/drill/context.ts'
import { containerKill } from '../../lib/faults/container-kill.ts'
import { takeInventory } from '../../lib/faults/support/inventory.ts'
import { journalOf } from '../../lib/faults/undo/journal.ts'
import { USUAL } from '../../lib/matrix/matrix.ts'
import type { DrillFact, Expectations } from '../../lib/record/facts.ts'
import { openRecorder } from '../../lib/record/recorder.ts'
import { strategies } from '../../lib/components/tools.ts'
import { judgeDrill } from '../../lib/verdict/judge.ts'
import type { Verdict } from '../../lib/verdict/result.ts'
import { ledger } from '../../lib/workloads/ledger/ledger.ts'
import { startCounting, type OwnCost } from './own-cost.ts'

/**
 * Runs one drill in the existing lab, in a separate process like Playwright's worker, so that the memory belongs to this drill. It
 * kills the container with the state, as in tests/drills/container-crash.spec.ts. Prints its cost as JSON.
 */
export interface Turn extends OwnCost {
  verdict: Verdict
  reasons: string[]
}

const NAMESPACE = 'bench-scale'

ensureRunUid(process.env)
const config = readConfig(process.env)
const lab = await attachLab(config, () => undefined)
const mesh = await (await meshOf(config)).attach(lab)
const tool = (await strategies[USUAL].load()).create().attach(lab)
const fault = containerKill()
const folder = await mkdtemp(join(tmpdir(), 'meshdrill-scale-'))
const recorder = openRecorder(join(folder, 'events.jsonl'))
const facts: DrillFact[] = []
const record: DrillContext['record'] = (body) => {
  const fact: DrillFact = { ...body, at: Date.now(), drill: NAMESPACE }
  facts.push(fact)
  recorder.record(fact)
}
const expectations: Expectations = {
  ...{ outage: true, corruption: false, restore: false, backupMayFail: false, restoreMayFail: false },
  ...{ pointInTime: false, recoverable: true, minimumLoadRps: config.loadRps / 2 },
}
const context: DrillContext = {
  ...{ lab, mesh, tool, fault, folder, record },
  workload: ledger,
  namespace: NAMESPACE,
  storageClass: lab.cluster.storageClasses.local,
  ...{ seed: config.seed, volumeBytes: config.volumeBytes, loadRps: config.loadRps, probeHz: config.probeHz },
  outage: true,
  patience: '60s',
  measure: startMeasuring(config),
  journal: journalOf(lab),
  inventory: takeInventory,
  step: (name, what, body) => recordStep(record, name, what, body),
}
const axes = { tool: tool.name, strategy: tool.strategy, mesh: mesh.name, fault: fault.name, workload: ledger.name }
record({
  kind: 'drill.planned',
  axes: { ...axes, repetition: 0 },
  objectives: { rtoMs: 30_000, rpoMs: 0 },
  expectations,
})
const counted = startCounting(lab.kube.config.getCurrentCluster()?.server ?? '')
try {
  const service = await provision(context)
  try {
    await service.break()
    await service.settle()
  } finally {
    await service.stop()
  }
  const cost = await counted()
  record({ kind: 'drill.ended', error: null })
  const { verdict, reasons } = judgeDrill(facts)
  console.log(JSON.stringify({ ...cost, verdict, reasons } satisfies Turn))
} finally {
  recorder.close()
  await removeNamespace(lab, NAMESPACE)
  await rm(folder, { recursive: true, force: true })
}
