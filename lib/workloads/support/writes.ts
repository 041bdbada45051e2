import type { Write } from '../../record/facts.ts'

/** Of each slot the newest write that was acknowledged before a time (ms since the epoch), in rising order of slots. */
export function newestHeld(writes: readonly Write[], heldBeforeMs: number): Map<number, Write> {
  const newest = new Map<number, Write>()
  for (const write of writes) {
    if ((write.acknowledgedMs ?? Infinity) >= heldBeforeMs) continue
    if (write.sequence >= (newest.get(write.slot)?.sequence ?? 0)) newest.set(write.slot, write)
  }
  return new Map([...newest].sort(([one], [other]) => one - other))
}

/** The writes of each slot, in their order. */
export function bySlot(writes: readonly Write[]): Map<number, Write[]> {
  const slots = new Map<number, Write[]>()
  for (const write of writes) {
    const list = slots.get(write.slot)
    if (list) list.push(write)
    else slots.set(write.slot, [write])
  }
  return slots
}
