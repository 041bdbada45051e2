import { expect, test } from '@playwright/test'
import { matrix } from '../../../lib/matrix/matrix.ts'
import { drillNamespace, isDrillNamespace } from '../../../lib/matrix/namespace.ts'
import { nameRow } from '../../../lib/matrix/title.ts'

const modeOf = (strategy: string): string => strategy.split('/')[1] ?? ''
const usual = { mode: 'file-system', fault: 'tool-kill', moment: 'at-rest', mesh: 'istio', workload: 'ledger' } as const

test('each row has a namespace of its own, which is a legal name also for the thousandth repetition', () => {
  const names = matrix.map((row) => drillNamespace({ ...row, mode: modeOf(row.strategy) }, 999))
  const rows = matrix.map((row) => [modeOf(row.strategy), nameRow(row).split(' × ')[1]].join())
  expect(new Set(names).size).toBe(new Set(rows).size)
  expect(names.filter((name) => !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])$/.test(`${name}-copy-port`))).toEqual([])
})

test('a K8up backup in any namespace of a drill has a name that fits into the label of its Job', () => {
  const names = matrix.map((row) => drillNamespace({ ...row, mode: modeOf(row.strategy) }, 999))
  const inYear2059 = (36 ** 8 - 1).toString(36)
  expect(names.filter((name) => `backup_${name}-${inYear2059}`.length > 63)).toEqual([])
})

test('a namespace names the moment, the mesh and the workload only where they are not the usual ones', () => {
  expect(drillNamespace(usual, 0)).toBe('file-system-tool-kill')
  expect(drillNamespace({ ...usual, moment: 'during-restore' }, 2)).toBe('file-system-tool-kill-during-restore-2')
  expect(drillNamespace({ ...usual, mesh: 'none', workload: 'files' }, 0)).toBe('file-system-tool-kill-none-files')
})

test('a namespace name that is too long is cut, and stays different from others with the same beginning', () => {
  const long = { ...usual, mode: 'file-system-mesh-volumes', fault: 'backup-objects-deletion' }
  const names = ['one-workload', 'one-workshop'].map((workload) => drillNamespace({ ...long, workload }, 0))
  expect(new Set(names).size).toBe(2)
  for (const name of names) expect(name).toMatch(/^file-system-mesh-volumes-backup-obje-[0-9a-f]{6}$/)
})

test('the namespace of every drill is known by its name, and a user’s own namespace is not', () => {
  const names = matrix.flatMap((row) =>
    [0, 1, 42].flatMap((repetition) => {
      const name = drillNamespace({ ...row, mode: modeOf(row.strategy) }, repetition)
      return ['', '-copy', '-clients', '-port', '-copy-port'].map((suffix) => `${name}${suffix}`)
    }),
  )
  expect(names.filter((name) => !isDrillNamespace(name))).toEqual([])
  for (const name of ['default', 'velero', 'file-system', 'operator-tools', 'manual-node', 'file-system-tool-killer'])
    expect(isDrillNamespace(name), name).toBe(false)
})
