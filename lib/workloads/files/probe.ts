import type { ProbesOf } from '../../probes/availability/run-prober.ts'
import { isMeantFor, pathOf, smallSlot } from './content.ts'

/** A prime, so that the probes visit files all over the volume. */
const STRIDE = 7919

/** Each probe reads a different small file. An answer is right if every byte is. */
export const filesProbes: ProbesOf = (volume) => (index) => {
  const slot = smallSlot(((index % volume.seeded) * STRIDE) % volume.seeded)
  return { path: `/${pathOf(slot)}`, isRight: ({ status, body }) => status === 200 && isMeantFor(volume, slot, body) }
}
