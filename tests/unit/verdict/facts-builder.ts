import type {
  DrillFact,
  Expectations,
  Fact,
  IntegrityCheck,
  MeshState,
  OperationResult,
  ProbeSample,
  ResourceSample,
  RunFact,
  UserEffort,
  Write,
} from '../../../lib/record/facts.ts'

/** Start time of the drill of `buildDrill`. The drill lasts 40 s. */
export const startMs = 1_700_000_000_000
export const faultMs = startMs + 15_000
export const outageMs = { from: faultMs + 20, to: faultMs + 8000 }
const intervalMs = 50
const timeoutMs = 1000

/** Random numbers in [0, 1) that depend only on the seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296
  }
}

export const meshState: MeshState = {
  configuration: { clusters: 'aa', listeners: 'bb', routes: 'cc' },
  identities: ['spiffe://cluster.local/ns/ledger/sa/ledger issued by CN=root'],
  policies: { 'PeerAuthentication/default': 'dd' },
  requests: 1200,
  accessLogLines: 1180,
  error: null,
}

export const expectations: Expectations = {
  outage: true,
  corruption: false,
  restore: true,
  backupMayFail: false,
  minimumLoadRps: 20,
}

export function buildOperation(changes: Partial<OperationResult> = {}): OperationResult {
  const times = { startedMs: startMs + 6000, endedMs: startMs + 9000 }
  return { state: 'Completed', succeeded: true, ...times, bytes: 64 * 2 ** 20, details: { warnings: 0 }, ...changes }
}

export function buildCheck(changes: Partial<IntegrityCheck> = {}): IntegrityCheck {
  return { objects: 1000, bytes: 64 * 2 ** 20, findings: [], slots: findSlots(buildWrites()), error: null, ...changes }
}

/**
 * One write every 50 ms, the first 80 to 40 slots, each other one to its own slot. All are acknowledged but those in
 * the outage.
 */
export function buildWrites(): Write[] {
  return Array.from({ length: 600 }, (_, index) => {
    const sentMs = startMs + 1000 + index * 50
    const away = sentMs >= outageMs.from - 10 && sentMs < outageMs.to
    const [slot, generation] = index < 80 ? [index % 40, Math.floor(index / 40) + 1] : [index, 1]
    return { sequence: index + 1, slot, generation, sentMs, acknowledgedMs: away ? null : sentMs + 4 }
  })
}

/** Content of the slots if no acknowledged write is lost. */
export function findSlots(writes: Write[]): [number, number][] {
  const found = new Map<number, number>()
  for (const { slot, sequence, acknowledgedMs } of writes) if (acknowledgedMs !== null) found.set(slot, sequence)
  return [...found]
}

export function buildProbes(): ProbeSample[] {
  return Array.from({ length: 780 }, (_, index): ProbeSample => {
    const due = startMs + 500 + index * intervalMs
    if (due < outageMs.from || due >= outageMs.to) return [due, due + 3 + (index % 7), true]
    return index % 3 === 0 ? [due, null, false] : [due, due + 2, false]
  })
}

/** Samples of a node, and of a pod of the tool that starts with the backup. */
export function buildResources(): ResourceSample[] {
  return Array.from({ length: 39 }, (_, second) => second).flatMap((second) => {
    const at = startMs + 500 + second * 1000
    const memoryBytes = (900 + 10 * (second % 9)) * 2 ** 20
    const node = { at, scope: 'node/one', tool: false, cpuSeconds: 100 + second * 0.4, memoryBytes }
    const scope = 'pod/backup/agent/uid-1'
    const pod = { at, scope, tool: true, cpuSeconds: (second - 5) * 0.1, memoryBytes: 80 * 2 ** 20 }
    return second < 6 ? [node] : [node, pod]
  })
}

type Body = DrillFact extends infer Each ? (Each extends DrillFact ? Omit<Each, 'at' | 'drill'> : never) : never

/** Every fact of a passing drill: backup at 6–9 s, fault at 15 s, restore at 17–22 s, service restored at 23 s. */
export function buildDrill(drill = 'd1'): DrillFact[] {
  const fact = (second: number, body: Body) => ({ at: startMs + second * 1000, drill, ...body })
  const axes = {
    tool: 'velero',
    strategy: 'file-copy',
    mesh: 'istio',
    fault: 'volume-loss',
    workload: 'ledger',
    repetition: 1,
  }
  const step = (from: number, name: 'provision' | 'back up' | 'break' | 'restore' | 'assert', to: number) => [
    fact(from, { kind: 'step.started', step: name, what: `${name} ledger` }),
    fact(to, { kind: 'step.ended', step: name, what: `${name} ledger`, error: null }),
  ]
  const restored = buildOperation({ startedMs: startMs + 17_000, endedMs: startMs + 22_000 })
  return [
    fact(0, { kind: 'drill.planned', axes, objectives: { rtoMs: 10_000, rpoMs: 0 }, expectations }),
    ...step(0, 'provision', 5),
    fact(5, { kind: 'integrity.checked', phase: 'seeded', check: buildCheck({ slots: [] }) }),
    fact(5.5, { kind: 'mesh.state', phase: 'before', state: meshState }),
    ...step(6, 'back up', 9),
    fact(6, { kind: 'backup.requested', name: 'b1' }),
    fact(9, { kind: 'backup.ended', name: 'b1', operation: buildOperation() }),
    ...step(14.9, 'break', 16),
    fact(14.9, { kind: 'fault.requested', fault: 'volume-loss', target: 'claim "data-ledger-0"' }),
    fact(15.1, {
      kind: 'fault.observed',
      fault: 'volume-loss',
      between: [faultMs, faultMs + 10],
      evidence: 'claim is gone',
    }),
    ...step(17, 'restore', 22),
    fact(17, { kind: 'restore.requested', name: 'b1' }),
    fact(22, { kind: 'restore.ended', name: 'b1', operation: restored }),
    fact(30, { kind: 'fault.healed', fault: 'volume-loss', evidence: 'nothing was left' }),
    fact(32, {
      kind: 'load.ended',
      load: { requests: 1800, failed: 160, durationMs: 30_000, p50Ms: 4, p99Ms: 40, error: null },
    }),
    fact(32, { kind: 'writes', writes: buildWrites() }),
    fact(35, { kind: 'integrity.checked', phase: 'after-restore', check: buildCheck() }),
    fact(36, { kind: 'mesh.state', phase: 'after', state: { ...meshState, requests: 700, accessLogLines: 690 } }),
    fact(40, { kind: 'probes', intervalMs, timeoutMs, samples: buildProbes() }),
    fact(40, { kind: 'probes.ended', sent: 780, error: null }),
    fact(40, { kind: 'resources', samples: buildResources() }),
    fact(40, { kind: 'inventory.checked', left: [], error: null }),
    fact(40, { kind: 'note', text: 'made by hand' }),
    fact(40, { kind: 'drill.ended', error: null }),
  ].toSorted((a, b) => a.at - b.at)
}

const installation = {
  installMs: 14_200,
  manifests: { objects: 22, definitions: 13, images: 2, privilegedPods: 1, permissions: 0, unboundedGrants: 1 },
}
const effort: UserEffort = {
  configuration: [{ what: 'the Backup', lines: 12 }],
  firstBackup: ['Apply the Backup.'],
  restore: ['Apply the Restore.'],
  source: 'lib/components/velero/backup.ts',
}

/** A complete run with the given facts of drills. */
export function buildRun(drillFacts: DrillFact[] = buildDrill()): Fact[] {
  const machine = { cpus: 2, memoryBytes: 8 * 2 ** 30 }
  const run = { id: 'run-1', seed: 7, provider: 'embedded', kubernetes: 'v1.34.0', nodes: 2, machine }
  const before: RunFact[] = [
    { kind: 'run.started', at: startMs, schema: 'meshdrill/events@1', run },
    { kind: 'run.component', at: startMs, name: 'velero', version: 'v1.17.0', source: 'built from source' },
    {
      kind: 'run.tool',
      at: startMs,
      tool: 'velero',
      strategy: 'file-copy',
      version: 'v1.17.0',
      ...installation,
      effort,
    },
  ]
  return [...before, ...drillFacts, { kind: 'run.ended', at: startMs + 41_000 }]
}

/** Changes the facts of one kind. A change to null removes the fact. */
export function change<Kind extends DrillFact['kind']>(
  facts: DrillFact[],
  kind: Kind,
  edit: (fact: Extract<DrillFact, { kind: Kind }>) => DrillFact | null,
): DrillFact[] {
  return facts.flatMap((fact) => {
    const edited = fact.kind === kind ? edit(fact as Extract<DrillFact, { kind: Kind }>) : fact
    return edited === null ? [] : [edited]
  })
}
