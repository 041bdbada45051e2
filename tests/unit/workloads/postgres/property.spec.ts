import { expect, test } from '@playwright/test'
import { postgres } from '../../../../lib/workloads/postgres/postgres.ts'
import { countCanaries } from '../canaries.ts'
import { KINDS, tryDamages, VOLUME_SEED } from '../records/trials.ts'
import { programFolder, startBank } from './server.ts'

test('each of 14 damages to a real PostgreSQL is found, and an intact database has no finding', async () => {
  test.setTimeout(600_000)
  const programs = programFolder()
  test.skip(programs === null, 'there is no PostgreSQL on this machine. Next: apt-get install postgresql')
  const bank = await startBank(programs ?? '')
  try {
    const trials = await tryDamages(bank, 14, { drawSeed: 20261129, restartEvery: 7 })
    expect(trials.filter(({ finding }) => finding === null)).toEqual([])
    expect(new Set(trials.map(({ kind }) => kind)).size).toBe(KINDS.length)
    expect(trials.filter(({ restarted }) => restarted)).toHaveLength(2)
    expect(countCanaries(bank.data, postgres, VOLUME_SEED)).toBeGreaterThan(3)
  } finally {
    await bank.stop()
  }
})
