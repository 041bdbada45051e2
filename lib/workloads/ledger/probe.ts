import { recordsProbes } from '../support/records/probes.ts'
import { ledgerPayloads } from './payload.ts'

export const ledgerProbes = recordsProbes(ledgerPayloads)
