import { appendFileSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { noopLab } from '../../../../../lib/simulation/noop-cluster.ts'
import type { Fault } from '../../../../../lib/faults/fault.ts'
import type { PerformUndo } from '../../../../../lib/faults/undo/heal.ts'
import type { Lab } from '../../../../../lib/lab/lab.ts'

/** What the processes of the micro-suite share: a folder, in which a file means that the fault is applied. */
export const folder = process.env.ABORT_FOLDER ?? ''
export const logFile = join(folder, 'log')
export const faultFile = join(folder, 'fault')

/** Milliseconds until the fault is seen, that it lasts, and until it is undone. */
const TIMES = { seen: 300, lasts: 300, healed: 200 }

/** Appends an event of this process to the log: time, PID, whether the fault is applied, words. */
export function say(event: string): void {
  appendFileSync(logFile, `${Date.now()} ${process.pid} ${existsSync(faultFile) ? 'applied' : 'clean'} ${event}\n`)
}

export function standInLab(): Lab {
  const lab = noopLab()
  return { ...lab, cluster: { ...lab.cluster, folder: join(folder, 'lab') } }
}

export const performUndo: PerformUndo = async () => {
  await sleep(TIMES.healed)
  rmSync(faultFile, { force: true })
  say('undone')
  return 'the file is gone'
}

export const standInFault: Fault<string> = {
  name: 'cut',
  description: 'a file is there',
  lasts: `${TIMES.lasts}ms`,
  requires: () => Promise.resolve([]),
  plan: () =>
    Promise.resolve({
      undo: [
        { kind: 'delete-object', object: { apiVersion: 'v1', kind: 'File', metadata: { name: 'fault' } }, mark: '' },
      ],
      make() {
        writeFileSync(faultFile, '')
        say('applied')
        return Promise.resolve()
      },
      async see() {
        await sleep(TIMES.seen)
        return { between: [1, 2], evidence: 'the file is there' }
      },
    }),
}
