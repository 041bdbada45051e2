import type { Write } from '../../record/facts.ts'

/** The newest write of each slot that was acknowledged before `heldBeforeMs` (ms since the epoch), in order of slots. */
export function newestHeld(writes: readonly Write[], heldBeforeMs: number): Map<number, Write> {
  const newest = new Map<number, Write>()
  for (const write of writes) {
    if ((write.acknowledgedMs ?? Infinity) >= heldBeforeMs) continue
    if (write.sequence >= (newest.get(write.slot)?.sequence ?? 0)) newest.set(write.slot, write)
  }
  return new Map([...newest].sort(([one], [other]) => one - other))
}

/** Groups writes by slot, in the order in which they were sent. */
export function bySlot(writes: readonly Write[]): Map<number, Write[]> {
  const slots = new Map<number, Write[]>()
  for (const write of writes) {
    const list = slots.get(write.slot)
    if (list) list.push(write)
    else slots.set(write.slot, [write])
  }
  return slots
}
