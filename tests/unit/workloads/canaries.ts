import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Workload } from '../../../lib/workloads/workload.ts'

/** How many of a workload's canaries are on a volume. */
export function countCanaries(folder: string, { canaries }: Workload, seed: number): number {
  const texts = canaries?.(seed) ?? []
  const contents = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
  return texts.filter((text) => contents.some((content) => content.includes(Buffer.from(text)))).length
}
