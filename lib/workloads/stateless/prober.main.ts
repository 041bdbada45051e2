/** The prober's process for the stateless service. */
import { runProber } from '../../probes/availability/run-prober.ts'
import { PAGE } from './probe.ts'

await runProber(() => () => ({
  path: PAGE.path,
  isRight: ({ status, body }) => status === 200 && body.toString('utf8') === PAGE.text,
}))
