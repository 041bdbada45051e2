import { expect, test } from '@playwright/test'
import { noTraits } from '../../../lib/components/none/traits.ts'
import type { Finding, Write } from '../../../lib/record/facts.ts'
import { checkVolume } from '../../../lib/simulation/check.ts'
import { noopWorkload } from '../../../lib/simulation/noop-tool.ts'
import { corruption, corruptions } from '../../../lib/simulation/corruption.ts'
import { payloadOf, recordOf, Volume, type Slot } from '../../../lib/simulation/volume.ts'
import { createWorld } from '../../../lib/simulation/world.ts'
import { compare } from '../../../lib/workloads/ledger/compare.ts'
import type { ListedSlot, Listing } from '../../../lib/workloads/ledger/listing.ts'
import { seededPayload, writtenPayload } from '../../../lib/workloads/ledger/payload.ts'
import { encodeRecord, payloadHash, placeOf, SEGMENT_SLOTS } from '../../../lib/workloads/ledger/record.ts'

const seeding = { seed: 3, seeded: SEGMENT_SLOTS + 100 }

/** Overwritten slots of both files, and some behind them. */
const writes: Write[] = Array.from({ length: 40 }, (_, index) => {
  const overwrites = index % 2 === 0
  const slot = overwrites ? index * 27 : seeding.seeded + (index - 1) / 2
  const sequence = seeding.seeded + index
  return { sequence, slot, generation: overwrites ? 2 : 1, sentMs: index, acknowledgedMs: index + 1 }
})

function fillVolume(): Volume {
  const volume = new Volume()
  volume.fill(seeding)
  for (const { slot, sequence, generation } of writes)
    volume.write(slot, recordOf(seeding.seed, sequence, generation, slot))
  return volume
}

/** What the ledger would list of a simulated volume, byte for byte where a record does not verify. */
function list(volume: Volume): Listing {
  const end = Math.max(seeding.seeded, ...[...volume.touched()].map((slot) => slot + 1))
  return { slots: Array.from({ length: end }, (_, slot) => listSlot(slot, volume.read(slot))), others: [] }
}

function listSlot(slot: number, content: Slot): ListedSlot {
  const { state, sequence, generation, place } = content
  const nothing = { sequence: 0, generation: 0, place: 0, hash: '', block: null, reason: null, slot, ...placeOf(slot) }
  if (state === 'empty' || state === 'missing' || state === 'short') return { ...nothing, state }
  const { seed, seeded } = seeding
  const payload = sequence < seeded ? seededPayload(seed, sequence) : writtenPayload(seed, sequence)
  if (state === 'ok') {
    const sent = content.payload === payloadOf(seed, sequence)
    return { ...nothing, state, sequence, generation, place, hash: sent ? payloadHash(payload) : 'of something else' }
  }
  const block = encodeRecord({ sequence, generation, slot: place, payload })
  // The second sector is that of a blank record, or a byte of it is another.
  if (state === 'torn') block.fill(0, 512, 1024)
  else block[600] = (block[600] ?? 0) ^ 1
  return { ...nothing, state: 'bad hash', sequence, generation, place, block }
}

const outline = (findings: Finding[]) =>
  findings.map(({ kind, file, detail }) => `${kind} in ${file}, ${detail.split(':')[0] ?? ''}`)

function expectAlike(volume: Volume): Finding[] {
  const own = checkVolume(volume, seeding, writes)
  const real = compare(list(volume), { ...seeding, writes })
  expect(outline(own.findings)).toEqual(outline(real.findings))
  expect(own.slots).toEqual(real.slots)
  expect({ objects: own.objects, bytes: own.bytes }).toEqual({ objects: real.objects, bytes: real.bytes })
  return own.findings
}

test('for an unchanged volume, the simulated check reports the same as the ledger’s', () => {
  expect(expectAlike(fillVolume())).toEqual([])
})

for (const kind of corruptions) {
  test(`for a volume with records that are ${kind}, the simulated check reports the same as the ledger's`, async () => {
    for (const seed of [1, 2, 3]) {
      const world = createWorld(seed)
      const volume = fillVolume()
      world.service('drill').volume = volume
      const target = {
        namespace: 'drill',
        pods: { labels: {}, container: '' },
        claims: [''],
        workload: noopWorkload(),
        seed,
        tool: null as never,
        mesh: noTraits,
        backup: null,
      }
      await world.clock.run(async () => (await corruption(world, kind).plan(world.lab, target)).make())
      expect(expectAlike(volume).length).toBeGreaterThan(0)
    }
  })
}

test('for an empty volume, the simulated check reports the same as the ledger’s', () => {
  const own = checkVolume(new Volume(), seeding, [])
  const real = compare({ slots: [], others: [] }, { ...seeding, writes: [] })
  expect(outline(own.findings)).toEqual(outline(real.findings))
  expect(own).toMatchObject({ objects: real.objects, bytes: real.bytes })
})

test('later writes do not change a snapshot', () => {
  const volume = fillVolume()
  const frozen = volume.snapshot()
  volume.write(5, recordOf(seeding.seed, 9_999, 3, 5))
  volume.removeFile(1)
  const before = new Volume(frozen)
  expect(before.read(5)).toEqual(recordOf(seeding.seed, 5, 1, 5))
  expect(checkVolume(before, seeding, writes).findings).toEqual([])
  expect(volume.read(SEGMENT_SLOTS + 1).state).toBe('missing')
})
