import { spawn, type ChildProcess } from 'node:child_process'
import { test as base } from '@playwright/test'
import { existing } from '../../../../lib/clusters/existing/existing.ts'
import type { ExistingRun } from '../../../../lib/clusters/existing/options.ts'
import { makeWorld, UID, usePrograms, type ExistingWorld } from './world.ts'
import { startS3, type S3Server } from '../../stand-ins/s3-server.ts'

/** A lab on a user's cluster, and an S3 store with objects of the user. */
export interface Begun extends ExistingWorld {
  programs: string
  s3: S3Server
  /** The process that the lab is made for. */
  owner: ChildProcess & { pid: number }
}

export const test = base.extend<{ world: Begun }>({
  world: async ({}, use, testInfo) => {
    const { PATH, XDG_STATE_HOME } = process.env
    const programs = testInfo.outputPath('programs')
    process.env.PATH = usePrograms(programs)
    process.env.XDG_STATE_HOME = testInfo.outputPath('state')
    const world = await makeWorld(testInfo.outputPath())
    const owner = spawn('/bin/sleep', ['60']) as Begun['owner']
    const s3 = await startS3({ 'prod-backups/invoices/2026.tar': 'theirs', 'prod-backups/payroll.db': 'theirs' })
    await use({ ...world, programs, owner, s3 })
    owner.kill()
    await world.server.close()
    await s3.close()
    process.env.PATH = PATH
    if (XDG_STATE_HOME === undefined) delete process.env.XDG_STATE_HOME
    else process.env.XDG_STATE_HOME = XDG_STATE_HOME
  },
})

export const make = ({ options, owner, log }: Begun, over: Partial<ExistingRun> & { keep?: boolean } = {}) => {
  const { keep = false, ...run } = over
  return existing({ ...options, confirm: UID, ...run }).create({
    keep,
    ownerPid: owner.pid,
    log: (line) => log.push(line),
  })
}
