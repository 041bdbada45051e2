import { say } from '../fixtures/lab.ts'
import { readState } from '../lib/clusters/embedded/state.ts'
import { tearDown } from '../lib/clusters/embedded/teardown.ts'
import { ownerPid } from '../lib/run-folder.ts'

/** After an interrupt the project that ends the lab does not run: nothing of this run's lab stays all the same. */
export default async function endInterruptedLab(): Promise<void> {
  const state = await readState()
  if (state === null || state.keep || state.owner.pid !== ownerPid(process.env)) return
  const left = await tearDown()
  say(`the lab is gone: ${left.join(', ')}`)
}
