import { expect, test } from '@playwright/test'
import { redisEverysec } from '../../../../lib/workloads/redis/redis.ts'
import { countCanaries } from '../canaries.ts'
import { tryDamages, VOLUME_SEED } from '../records/trials.ts'
import { hasRedis, startShop } from './server.ts'

test('of 42 damages to the append-only file of a real Redis none is accepted as whole if a reader would see it', async () => {
  test.setTimeout(600_000)
  test.skip(!hasRedis(), 'there is no Redis on this machine. Next: apt-get install redis-server')
  const shop = await startShop()
  try {
    const trials = await tryDamages(shop, 42, { drawSeed: 20261129, restartEvery: 7 })
    expect(trials.filter(({ readerSeesWrong }) => readerSeesWrong)).toEqual([])
    expect(trials.filter(({ finding }) => finding === null).map(({ kind }) => kind)).toEqual([])
    expect(countCanaries(shop.data, redisEverysec, VOLUME_SEED)).toBeGreaterThan(3)
  } finally {
    await shop.stop()
  }
})
