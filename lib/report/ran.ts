import { z } from 'zod'
import type { Summary } from '../verdict/summarise.ts'
import { dayOf, parseRecord } from './docs-record.ts'

/* The record of what was drilled for real: the newest recorded run of each tool on each mesh and provider. */

const text = z.string()
const count = z.int().min(0)

const entry = z.strictObject({
  tool: text,
  mesh: text,
  provider: text,
  run: text,
  /** Day on which the run began, in UTC: 2026-11-29. */
  date: z.iso.date(),
  /** Versions of Kubernetes, the tool and the mesh, by the names of their components. */
  versions: z.record(text, text),
  /** Drills of this tool and mesh in the run. Skipped drills do not count. */
  verdicts: z.strictObject({ pass: count, fail: count, inconclusive: count }),
})

export type Ran = z.infer<typeof entry>

/** Where the record is, from the root of the repository. Only `meshdrill ran` writes it. */
export const RAN_FILE = 'docs/ran.json'

/** Reads a record. Errors: it has another shape. */
export const parseRan = (json: string): Ran[] => parseRecord(json, entry, `"${RAN_FILE}" is not a record of runs`)

/**
 * What a run drilled for real, one entry for each tool and mesh. Errors: the run was merged, so that a drill does not say where it
 * ran.
 */
export function ranOf({ run, drills }: Summary): Ran[] {
  if (run.merged !== undefined)
    throw new Error(`run "${run.id}" was merged of others. Next: npx meshdrill ran for each of them`)
  const entries = new Map<string, Ran>()
  for (const { tool, mesh, verdict } of drills) {
    // A drill without a plan names no tool and no mesh.
    if (verdict === 'skipped' || tool === null || mesh === null) continue
    const names = ['kubernetes', tool, mesh]
    const found = names.flatMap((name) => {
      const component = run.components[name]
      return component === undefined ? [] : [[name, component.version] as const]
    })
    const key = `${tool} ${mesh}`
    const one = entries.get(key) ?? {
      ...{ tool, mesh, provider: run.provider, run: run.id },
      date: dayOf(run.startedAt),
      versions: Object.fromEntries(found),
      verdicts: { pass: 0, fail: 0, inconclusive: 0 },
    }
    one.verdicts[verdict] += 1
    entries.set(key, one)
  }
  return [...entries.values()]
}

const keyOf = ({ tool, mesh, provider }: Ran): string => [tool, mesh, provider].join(' ')

/** Adds entries to a record. An entry replaces an older one of its tool, mesh and provider, and never a newer one. */
export function addRan(recorded: Ran[], added: Ran[]): Ran[] {
  const byKey = new Map(recorded.map((one) => [keyOf(one), one]))
  for (const one of added) {
    const earlier = byKey.get(keyOf(one))
    // Ids of runs begin with their time.
    if (earlier === undefined || [earlier.date, earlier.run].join() <= [one.date, one.run].join())
      byKey.set(keyOf(one), one)
  }
  return [...byKey.values()].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
}
