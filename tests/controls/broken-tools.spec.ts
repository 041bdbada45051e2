import type { Drill } from '../../fixtures/drill.ts'
import { test } from '../../fixtures/index.ts'
import { readConfig } from '../../lib/config/config.ts'
import { hostClock } from '../../lib/system/wait.ts'
import { namespaceDeletion } from '../../lib/faults/namespace-deletion.ts'
import { FILE_DELETED, FLIPPED, volumeCorruption } from '../../lib/faults/volume-corruption.ts'
import { backsUpNothing } from '../../lib/controls/backs-up-nothing.ts'
import { type Flaw, FLAWS } from '../../lib/verdict/flaws.ts'
import { mixesTwoMoments } from '../../lib/controls/mixes-two-moments.ts'
import {
  damagesWhatItRestores,
  restoresElsewhere,
  restoresLate,
  restoresYesterday,
  saysDoneTooEarly,
} from '../../lib/controls/wrappers.ts'
import { veleroFileSystem } from '../../lib/components/velero/velero.ts'
import { deployedLedger, ledger } from '../../lib/workloads/ledger/ledger.ts'
import { SEGMENT_BYTES } from '../../lib/workloads/ledger/record.ts'

/* A tool for each flaw, on a deleted namespace. The objectives are generous, so only the flaw can fail the drill. */

const { volumeBytes, seed } = readConfig(process.env)
const hundredth = Math.ceil(volumeBytes / SEGMENT_BYTES / 100)
const velero = veleroFileSystem()

test.use({
  fault: namespaceDeletion(),
  objectives: { rto: '4m', rpo: '4m' },
  expects: { outage: true, restore: true },
})

async function loseAndRestore(drill: Drill, flaw: Flaw): Promise<void> {
  const service = await drill.provision()
  const backup = await service.backUp()
  await service.break()
  await service.restore(backup)
  await service.assertFails(flaw)
}

/** Takes two backups with writes between them, and restores the newer one. */
async function restoreTheNewer(drill: Drill, flaw: Flaw): Promise<void> {
  const service = await drill.provision()
  await service.backUp()
  await service.goOn('8s')
  const newer = await service.backUp()
  await service.break()
  await service.restore(newer)
  await service.assertFails(flaw)
}

const controls = [
  {
    flaw: 'drops-files',
    tool: damagesWhatItRestores(
      velero,
      'drops-files',
      () => volumeCorruption({ ...FILE_DELETED, objects: hundredth }),
      ledger,
      deployedLedger(''),
      seed,
    ),
    course: loseAndRestore,
  },
  {
    flaw: 'flips-bits',
    tool: damagesWhatItRestores(
      velero,
      'flips-bits',
      () => volumeCorruption({ ...FLIPPED, objects: 1 }),
      ledger,
      deployedLedger(''),
      seed,
    ),
    course: loseAndRestore,
  },
  {
    flaw: 'restores-elsewhere',
    tool: restoresElsewhere(velero, backsUpNothing()),
    course: loseAndRestore,
  },
  {
    flaw: 'says-done-too-early',
    tool: saysDoneTooEarly(velero, backsUpNothing(), hostClock),
    course: loseAndRestore,
  },
  {
    flaw: 'restores-late',
    tool: restoresLate(velero, hostClock, 60_000),
    course: loseAndRestore,
    objectives: { rto: '60s', rpo: '4m' },
  },
  { flaw: 'restores-yesterday', tool: restoresYesterday(velero), course: restoreTheNewer },
  {
    flaw: 'mixes-two-moments',
    tool: mixesTwoMoments(),
    course: restoreTheNewer,
    row: {
      strategy: 'restic/manual',
      moment: 'at-rest',
      workload: 'ledger',
      volumes: 'local',
      pointInTime: true,
      notRecoverable: null,
    },
  },
] as const

for (const { flaw, tool, course, ...options } of controls) {
  const { behaviour } = FLAWS[flaw]
  test.describe(flaw, () => {
    test.use({ tool, ...options })
    test(`a tool that ${behaviour} fails the drill`, ({ drill }) => course(drill, FLAWS[flaw]))
  })
}
