import { strategies } from '../components/tools.ts'
import { USUAL_MESH, USUAL_WORKLOAD } from './axes.ts'
import type { Moment } from '../record/moment.ts'
import type { Row } from './matrix.ts'

export const WHEN: Record<Moment, string> = {
  'at-rest': '',
  'during-backup': ' during the backup',
  'during-restore': ' during the restore',
}

type Named = Pick<Row, 'strategy' | 'fault' | 'moment'> & { mesh: string; workload: string }

/** Title of a row, such as "velero/file-system × tool-kill during the backup". The default mesh and workload are left out. */
export function nameRow({ strategy, fault, moment, mesh, workload }: Named): string {
  const others = [
    ...(mesh === USUAL_MESH ? [] : [`mesh ${mesh}`]),
    ...(workload === USUAL_WORKLOAD ? [] : [`workload ${workload}`]),
  ]
  return `${strategy} × ${fault}${WHEN[moment]}${others.length === 0 ? '' : `, ${others.join(', ')}`}`
}

/**
 * Tags of a row's tests, by which projects and users choose them: the tool, the mesh, the workload, and `@slice` for the rows of a
 * run that asks for nothing else.
 */
export const tagsOf = ({ strategy, mesh, workload, inSlice }: Row): string[] => [
  ...[`@${strategies[strategy].tool}`, `@mesh-${mesh}`, `@workload-${workload}`],
  ...(inSlice ? ['@slice'] : []),
]
