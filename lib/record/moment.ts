/** Moments of a fault. At rest, neither a backup nor a restore runs. */
export const MOMENTS = ['at-rest', 'during-backup', 'during-restore'] as const

export type Moment = (typeof MOMENTS)[number]

const words: Record<Moment, string> = {
  'at-rest': 'at rest',
  'during-backup': 'during the backup',
  'during-restore': 'during the restore',
}

/** For people: 'during the backup'. */
export const describeMoment = (moment: Moment): string => words[moment]

interface FaultAtMoment {
  fault: string
  moment: Moment
}

const duringBackup = (fault: string): FaultAtMoment => ({ fault, moment: 'during-backup' })
const duringRestore = (fault: string): FaultAtMoment => ({ fault, moment: 'during-restore' })

/** Older runs have the moment in the name of these faults. All their other faults struck at rest. */
const EARLIER: Readonly<Record<string, FaultAtMoment>> = {
  'tool-kill': duringBackup('tool-kill'),
  'tool-memory-limit': duringBackup('tool-memory-limit'),
  'tool-store-partition': duringBackup('tool-store-partition'),
  'store-away': duringBackup('store-away'),
  'store-bandwidth': duringBackup('store-bandwidth'),
  'wrong-credentials': duringBackup('wrong-credentials'),
  'node-outage-during-backup': duringBackup('node-outage'),
  'tool-kill-during-restore': duringRestore('tool-kill'),
  'store-away-during-restore': duringRestore('store-away'),
  'node-outage-during-restore': duringRestore('node-outage'),
  'istiod-kill-during-restore': duringRestore('mesh-control-kill'),
}

/** The fault and the moment of a drill. Older runs recorded both in the fault's name. */
export function readMoment({ fault, moment }: { fault: string; moment?: Moment }): FaultAtMoment {
  if (moment !== undefined) return { fault, moment }
  return (Object.hasOwn(EARLIER, fault) ? EARLIER[fault] : undefined) ?? { fault, moment: 'at-rest' }
}
