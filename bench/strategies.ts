import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../lib/config/config.ts'
import { ensureRunUid } from '../lib/record/run-folder.ts'
import { createLab, ensureTool, meshOf } from '../lib/drill/create-lab.ts'
import { tearDown } from '../lib/clusters/embedded/teardown.ts'
import { alignColumns } from '../lib/report/terminal.ts'
import { backUpClaims, backupOf, resticTool, runningBackup, snapshotsOf } from '../lib/components/restic/backup.ts'
import { backedUpBytes, resultOf } from '../lib/components/restic/outcome.ts'
import { strategies, type StrategyName } from '../lib/components/tools.ts'
import type { BackupTool } from '../lib/components/tool.ts'
import { interleave } from '../lib/verdict/statistics/random.ts'
import { findMedian } from '../lib/verdict/statistics/median.ts'
import { formatDuration } from '../lib/system/quantity.ts'
import { readSample, type Measurement } from '../lib/verdict/statistics/sample.ts'
import { compare } from '../lib/verdict/statistics/contrast.ts'
import { ledger } from '../lib/workloads/ledger/ledger.ts'
import { takeTurn, type Cost } from './strategy-turn.ts'

/**
 * Cost of each strategy's backup and restore, on the same volumes in one run, in interleaved order:
 * `npx tsx bench/strategies.ts [repetitions, default 7]`. It prints figures and never fails.
 */
interface Measured {
  name: string
  tool: BackupTool
  /** True if the second backup is measured. */
  second?: true
}

/** The baseline for an incremental backup: the first backup of the same volume by the same tool. */
const resticFull = (): BackupTool =>
  resticTool('full', (lab, subject, name) => {
    const work = backUpClaims(lab, subject, name).then((ends) =>
      backupOf(lab, subject, { name, result: resultOf(ends, backedUpBytes, {}), snapshots: snapshotsOf(ends) }),
    )
    return Promise.resolve(runningBackup(lab, subject.namespace, name, { work }))
  })

const create = async (name: StrategyName): Promise<BackupTool> => (await strategies[name].load()).create()

const measured: Measured[] = [
  { name: 'restic full', tool: resticFull() },
  { name: 'restic incremental', tool: await create('restic/incremental'), second: true },
  { name: 'velero file-system', tool: await create('velero/file-system') },
  { name: 'velero file-system, including mesh volumes', tool: await create('velero/file-system-mesh-volumes') },
  { name: 'velero csi-snapshot', tool: await create('velero/csi-snapshot') },
  { name: 'velero data-mover', tool: await create('velero/data-mover') },
  { name: 'VolumeSnapshot', tool: await create('kubernetes/volume-snapshot') },
]
const pairs = [
  ['restic incremental', 'restic full'],
  ['velero csi-snapshot', 'velero file-system'],
  ['velero csi-snapshot', 'velero data-mover'],
  ['VolumeSnapshot', 'restic full'],
  ['velero file-system', 'velero file-system, including mesh volumes'],
] as const
const figures = { backup: 'backupMs', restore: 'restoreMs', stored: 'storedBytes' } as const

const log = (line: string): void => {
  console.error(line)
}

function words(values: Measurement[], format: (value: number) => string): string {
  const median = findMedian(readSample(values))
  if (median === null) return '–'
  const interval = median.confidence
  const ends = interval === null ? '' : ` [${format(interval.low)}, ${format(interval.high ?? NaN)}]`
  const { low, high } = median
  return `${low === high ? format(low) : `${format(low)}–${format(high ?? NaN)}`}${ends}`
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

function tell(costs: Map<string, Cost[]>): void {
  const of = (name: string, figure: keyof Cost) => (costs.get(name) ?? []).map((cost) => cost[figure])
  const rows = measured.map(({ name }) => [
    name,
    String(costs.get(name)?.length ?? 0),
    words(of(name, 'backupMs'), formatDuration),
    words(of(name, 'restoreMs'), formatDuration),
    words(of(name, 'storedBytes'), mebibytes),
    words(of(name, 'changedBytes'), mebibytes),
  ])
  console.log(
    'Medians with 95 % bootstrap intervals. Times are bounds, because the cluster’s clock has whole seconds. "stored" is the growth of the store, "changed" the bytes that were overwritten before the backup.',
  )
  console.log(alignColumns([['strategy', 'n', 'backup', 'restore', 'stored', 'changed'], ...rows]).join('\n'))
  for (const [one, other] of pairs) {
    for (const [what, figure] of Object.entries(figures)) {
      const { verdict, reason } = compare(of(one, figure), of(other, figure))
      const sign = { less: '<', greater: '>', '~': '~' }[verdict]
      console.log(`${what}: ${one} ${sign} ${other}: ${reason}`)
    }
  }
}

ensureRunUid(process.env)
const config = readConfig(process.env)
const repetitions = Number(process.argv[2] ?? 7)
const turns = interleave(measured, repetitions, config.seed)
const { lab } = await createLab(config, { ownerPid: process.pid, log })
const mesh = await (await meshOf(config)).attach(lab)
await lab.cluster.loadImages(ledger.images.map((name) => lab.artifacts.image(name)))
const folder = await mkdtemp(join(tmpdir(), 'meshdrill-strategies-'))
const costs = new Map<string, Cost[]>()
try {
  for (const [index, { row, repetition }] of turns.entries()) {
    const installed =
      row.name === 'restic full' ? await row.tool.install(lab) : (await ensureTool(lab, row.tool)).installed
    const cost = await takeTurn({ lab, mesh, config, folder }, installed, {
      round: repetition + 1,
      second: row.second ?? false,
    })
    costs.set(row.name, [...(costs.get(row.name) ?? []), cost])
    log(`${index + 1} of ${turns.length}: ${row.name}, round ${repetition + 1}: ${JSON.stringify(cost)}`)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
  if (!config.keep) await tearDown()
}
tell(costs)
