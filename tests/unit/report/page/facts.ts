import type { DrillFact, Fact, ProbeSample } from '../../../../lib/record/facts.ts'
import { aiming, drop } from '../../verdict/fact-edits.ts'
import { buildDrill, buildRun, change } from '../../verdict/facts-builder.ts'

export interface Axes {
  tool: string
  strategy?: string
  fault?: string
  mesh?: string
  repetition?: number
}

/** A drill of `buildDrill` with other axes. Its service is back so many seconds later. */
export function drillOf(
  { tool, strategy = 'copy', fault = 'volume-loss', mesh = 'istio', repetition = 0 }: Axes,
  laterMs = 0,
): DrillFact[] {
  const id = [tool, strategy, mesh, fault, 'ledger', repetition].join('.')
  const axes = { tool, strategy, mesh, fault, workload: 'ledger', repetition }
  const named = change(buildDrill(id), 'drill.planned', (fact) => ({ ...fact, axes }))
  const renamed = ['fault.requested', 'fault.observed', 'fault.healed'] as const
  const own = renamed.reduce<DrillFact[]>((facts, kind) => change(facts, kind, (fact) => ({ ...fact, fault })), named)
  return laterMs === 0 ? own : change(own, 'probes', (fact) => ({ ...fact, samples: delay(fact.samples, laterMs) }))
}

/** The outage lasts longer: probes that were right just after it are wrong. */
function delay(samples: ProbeSample[], laterMs: number): ProbeSample[] {
  const end = samples.findLast(([, , right]) => !right)?.[0] ?? 0
  return samples.map(([due, answered, right]) => [due, answered, right && !(due > end && due <= end + laterMs)])
}

/** A run of three tools under two meshes: one is slow, one was not seen well enough, one was skipped. */
export function buildMixedRun(repetitions = 6): Fact[] {
  const count = Array.from({ length: repetitions }, (_, repetition) => repetition)
  const skipped: Fact[] = drillOf({ tool: 'rook', mesh: 'none' })
    .filter(({ kind }) => kind === 'drill.planned')
    .flatMap((fact) => [fact, { kind: 'drill.skipped', at: fact.at, drill: fact.drill, reason: 'no device mapper' }])
  return buildRun(
    [
      ...count.map((repetition) => drillOf({ tool: 'velero', repetition }, repetition * 10)),
      ...count.map((repetition) => drillOf({ tool: 'velero', fault: 'ransomware', repetition }, repetition * 10)),
      ...count.map((repetition) =>
        aiming({ rtoMs: 60_000 })(drillOf({ tool: 'restic', repetition }, 4000 + repetition * 10)),
      ),
      aiming({ rtoMs: 1 })(drillOf({ tool: 'k8up', mesh: 'none' })),
      drop('resources')(drillOf({ tool: 'k8up' })),
    ]
      .flat()
      .concat(skipped as DrillFact[]),
  )
}
