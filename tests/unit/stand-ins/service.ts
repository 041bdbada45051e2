import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Route } from '../../../lib/components/mesh.ts'
import { compiledArguments } from '../programs.ts'

/** `denying`: only the call with the header of a denied call is denied. `refusing`: no connection is taken. */
export type Behaviour = 'right' | 'denying' | 'refusing' | 'hanging' | 'unavailable' | 'wrong' | 'another slot' | 'cut'

export interface Told {
  port: number
  /** PUT requests that arrived so far. */
  puts: number
}

/** A stand-in for the ledger, in a process of its own so that the tests' work does not delay its answers. */
export async function startStandIn(seed: number) {
  const main = fileURLToPath(new URL('service.main.ts', import.meta.url))
  const [start, program] = await compiledArguments(main)
  const child = fork(start, [program, String(seed)])
  const told = async () => ((await once(child, 'message')) as [Told])[0]
  const { port } = await told()
  const route: Route = { url: `http://127.0.0.1:${port}`, host: 'ledger.test' }
  return {
    route,
    /** Changes how it answers; the times between which the change took effect, and the PUTs up to then. */
    async behave(behaviour: Behaviour): Promise<{ from: number; until: number; puts: number }> {
      const from = Date.now()
      child.send(behaviour)
      const { puts } = await told()
      return { from, until: Date.now(), puts }
    },
    async stop() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
