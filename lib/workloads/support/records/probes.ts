import { readNumber } from '../../../probes/availability/answer.ts'
import type { ProbesOf } from '../../../probes/availability/run-prober.ts'
import type { Payloads } from './payloads.ts'

/** A prime, so that the probes visit every slot. */
const STRIDE = 7919

/** Each probe reads a different record. An answer is right if every byte is. */
export const recordsProbes =
  (payloads: Payloads): ProbesOf =>
  (volume) =>
  (index) => {
    const slot = ((index % volume.seeded) * STRIDE) % volume.seeded
    return {
      path: `/records/${slot}`,
      isRight({ status, headers, body }) {
        if (status !== 200) return false
        const expected = payloads.expected(volume, slot, readNumber(headers, 'x-sequence'))
        return expected !== null && body.equals(expected)
      },
    }
  }
