import { volumeSnapshotEffort } from './effort.ts'
import { volumeSnapshot } from './volume-snapshot.ts'

export const drivers = { 'volume-snapshot': { create: volumeSnapshot, effort: volumeSnapshotEffort } }
