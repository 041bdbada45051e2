import { expect, test } from '@playwright/test'
import { UNTIL_HEALED } from '../../../../lib/faults/fault.ts'
import { nameOf, playDamage, standIn } from './stand-in.ts'

test('the undo of a fault is recorded before its change is made', async () => {
  const { injected, journal } = playDamage(() => Promise.resolve('gone'))
  let written: string[] = []
  const make = async () => {
    written = (await journal.list()).entries.map(({ undo }) => nameOf(undo))
  }
  await injected.strike(standIn('cut', { make }))
  expect(written).toEqual(['cut'])
})

test('a fault is not made if its undo cannot be recorded', async () => {
  const made: string[] = []
  const { journal } = playDamage(() => Promise.resolve('gone'))
  const full = { ...journal, write: () => Promise.reject(new Error('ENOSPC: no space left on device')) }
  const { injected } = playDamage(() => Promise.resolve('gone'), { journal: full })
  const make = () => Promise.resolve(void made.push('cut'))
  await expect(injected.strike(standIn('cut', { make }))).rejects.toThrow('ENOSPC')
  expect(made).toEqual([])
})

test('a drill that ends while a fault is being made waits for the change and undoes it', async () => {
  const order: string[] = []
  const { injected, journal } = playDamage((_lab, undo) =>
    Promise.resolve(order.push(`undone ${nameOf(undo)}`)).then(String),
  )
  let finish = (): void => undefined
  const make = () =>
    new Promise<void>((resolve) => {
      finish = () => {
        order.push('made')
        resolve()
      }
    })
  const striking = injected.strike(standIn('cut', { make })).catch((error: unknown) => error)
  await expect.poll(async () => (await journal.list()).entries.length).toBe(1)
  const clearing = injected.clear()
  // Long enough for an undo that does not wait for its change.
  await new Promise((resolve) => setTimeout(resolve, 100))
  finish()
  await Promise.all([clearing, striking])
  expect(order.slice(0, 2)).toEqual(['made', 'undone cut'])
  expect((await journal.list()).entries).toEqual([])
})

test('a drill that ends while it waits for an effect undoes the fault at once', async () => {
  const undone: string[] = []
  const { injected } = playDamage((_lab, undo) => Promise.resolve(undone.push(nameOf(undo))).then(String))
  let wasMade = false
  const fault = standIn('cut', {
    make: () => Promise.resolve(void (wasMade = true)),
    see: () => new Promise(() => undefined),
  })
  void injected.strike(fault)
  await expect.poll(() => wasMade).toBe(true)
  await injected.clear()
  expect(undone).toEqual(['cut'])
})

test('no fault strikes after its drill has ended', async () => {
  const made: string[] = []
  const { injected, journal } = playDamage(() => Promise.resolve('gone'))
  await injected.clear()
  const make = () => Promise.resolve(void made.push('late'))
  await expect(injected.strike(standIn('late', { make }))).rejects.toThrow('the drill has ended')
  expect(made).toEqual([])
  expect((await journal.list()).entries).toEqual([])
})

test('after a failed undo the others are done, the failed one stays in the journal, and the drill fails', async () => {
  const undone: string[] = []
  const { injected, journal, facts } = playDamage((_lab, undo) => {
    if (nameOf(undo) === 'first') return Promise.reject(new Error('the API server did not answer'))
    undone.push(nameOf(undo))
    return Promise.resolve('gone')
  })
  await injected.strike(standIn('first'))
  await injected.strike(standIn('second'))
  await injected.clear()
  expect(undone).toEqual(['second'])
  expect((await journal.list()).entries.map(({ fault }) => fault)).toEqual(['first'])
  const [inventory] = facts.filter(({ kind }) => kind === 'inventory.checked')
  expect(JSON.stringify(inventory)).toContain('fault \\"first\\" of drill \\"drill\\" is not undone')
})

test('an undo that fails for a moment is retried', async () => {
  let attempts = 0
  const { injected, journal } = playDamage(() => {
    attempts++
    return attempts < 3 ? Promise.reject(new Error('no answer')) : Promise.resolve('gone')
  })
  await injected.strike(standIn('cut'))
  await injected.heal()
  expect(attempts).toBe(3)
  expect((await journal.list()).entries).toEqual([])
})

test('a fault is undone even if a fact cannot be recorded', async () => {
  const undone: string[] = []
  let full = false
  const record = () => {
    if (full) throw new Error('only 0 of 90 bytes written: is the disk full?')
  }
  const { injected } = playDamage((_lab, undo) => Promise.resolve(undone.push(nameOf(undo))).then(String), { record })
  await injected.strike(standIn('first'))
  await injected.strike(standIn('second'))
  full = true
  await expect(injected.clear()).rejects.toThrow('is the disk full?')
  expect(undone.sort()).toEqual(['first', 'second'])
})

test('a fault that is not observed is undone, and a failed undo is also reported', async () => {
  const see = () => Promise.reject(new Error('no target was reached'))
  const undone: string[] = []
  const good = playDamage((_lab, undo) => Promise.resolve(undone.push(nameOf(undo))).then(String))
  await expect(good.injected.strike(standIn('cut', { see }))).rejects.toThrow('no target was reached')
  expect(undone).toEqual(['cut'])
  const bad = playDamage(() => Promise.reject(new Error('it is held')))
  await expect(bad.injected.strike(standIn('cut', { see }))).rejects.toThrow(/no target was reached; .*it is held/)
})

test('a fault that is undone at the end of a drill lasts until then', async () => {
  const undone: string[] = []
  const { injected } = playDamage((_lab, undo) => Promise.resolve(undone.push(nameOf(undo))).then(String))
  const schedules = { kind: 'CronJob' as const, namespace: 'drill', labels: {} }
  await injected.undoAtEnd('backup schedule', [{ kind: 'suspend-schedules', schedules }])
  await injected.strike(standIn('cut', { lasts: UNTIL_HEALED }))
  await injected.heal()
  expect(undone).toEqual(['cut'])
  await injected.clear()
  expect(undone).toEqual(['cut', 'suspend-schedules'])
})
