import { formatClock } from '../clock.ts'
import type { SentWrite } from './history.ts'

const acknowledged = ({ acknowledgedMs }: SentWrite): string =>
  acknowledgedMs === null ? 'never acknowledged' : `acknowledged ${formatClock(acknowledgedMs)}`

/** 'write 640 (slot 9, acknowledged 12:00:00.900)'. */
export const nameMissing = (write: SentWrite): string =>
  `write ${write.sequence} (slot ${write.slot}, ${acknowledged(write)})`

/** 'write 812 (slot 3, sent 12:00:01.200)'. */
export const nameSent = ({ sequence, slot, sentMs }: SentWrite): string =>
  `write ${sequence} (slot ${slot}, sent ${formatClock(sentMs)})`

export const describeWitness = (there: SentWrite, missing: SentWrite): string =>
  `${nameSent(there)} is there, but ${nameMissing(missing)} is not`
