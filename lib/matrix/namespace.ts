import { createHash } from 'node:crypto'
import { strategies } from '../components/tools.ts'
import { USUAL_MESH, USUAL_WORKLOAD } from './axes.ts'
import { matrix } from './matrix.ts'
import type { Moment } from '../record/moment.ts'

/**
 * 63 characters are the limit of a name and of a label. A repetition and the suffix of a second namespace ("-clients",
 * "-copy-port") follow. K8up makes a label of "backup_", the namespace, a repetition and a time.
 */
const LONGEST = 43

interface Named {
  /** The mode of the strategy: `file-system` of `velero/file-system`. */
  mode: string
  fault: string
  moment: Moment
  mesh: string
  workload: string
}

/**
 * The namespace of a drill. Every row and repetition has its own: tools keep backups by namespace, and the backups of one
 * drill must not be the earlier backups of another.
 */
export function drillNamespace(row: Named, repetition: number): string {
  return repetition === 0 ? baseOf(row) : `${baseOf(row)}-${repetition}`
}

function baseOf({ mode, fault, moment, mesh, workload }: Named): string {
  const parts = [
    ...[mode, fault],
    ...(moment === 'at-rest' ? [] : [moment]),
    ...(mesh === USUAL_MESH ? [] : [mesh]),
    ...(workload === USUAL_WORKLOAD ? [] : [workload]),
  ]
  const name = parts.join('-')
  if (name.length <= LONGEST) return name
  // The hash begins with a letter, because digits would look like a repetition.
  const hash = `f${createHash('sha256').update(name).digest('hex').slice(0, 5)}`
  return `${name.slice(0, LONGEST - 7).replace(/-+$/, '')}-${hash}`
}

const bases = new Set(matrix.map((row) => baseOf({ ...row, mode: strategies[row.strategy].mode })))

/** True if a namespace has the name of one that drills create. */
export function isDrillNamespace(name: string): boolean {
  const [, base = ''] = /^(.*?)(?:-\d+)?(?:-clients|(?:-copy)?(?:-port)?)$/.exec(name) ?? []
  return bases.has(base)
}
