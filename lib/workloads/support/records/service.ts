import { z } from 'zod'
import type { Route } from '../../../components/mesh.ts'
import { checkSeeded } from '../../../load/load.ts'
import { OUTPUT_LIMIT, shortenMiddle } from '../../../output/shorten.ts'
import type { IntegrityCheck } from '../../../record/facts.ts'
import type { DeployedWorkload, ExpectedData } from '../../workload.ts'
import { discardDeployment, type OneDeployment, readyAt } from '../deployment.ts'
import { sendWell } from '../http.ts'
import { readBack, type ReadingBack } from '../read-back.ts'

const SEED_TIMEOUT_MS = 300_000
const LISTING_TIMEOUT_MS = 60_000

const seedAnswer = z.object({ records: z.number().int().positive() })

/** The handle of a service that stores records. Its container has the name of its Deployment. */
export function deployedRecords(
  namespace: string,
  deployment: OneDeployment,
  compare: ReadingBack<Buffer>['compare'],
): DeployedWorkload {
  const { name, labels, claim } = deployment
  return {
    namespace,
    service: { namespace, name, port: 80 },
    pods: { labels, container: name },
    claims: [claim],
    answers: (route) => readyAt(route, { namespace, name, labels }),
    seed: seedRecords,
    verify: (route, data) => verifyRecords(route, data, compare),
    discard: ({ kube }) => discardDeployment(kube, namespace, deployment),
  }
}

/** Asks the service to fill its store. Returns the number of records. */
export async function seedRecords(route: Route, { seed, bytes }: { seed: number; bytes: number }): Promise<number> {
  const body = await sendWell(route, 'POST', `/seed?bytes=${bytes}&seed=${seed}`, SEED_TIMEOUT_MS)
  const text = body.toString('utf8')
  const answer = seedAnswer.safeParse(JSON.parse(text))
  if (!answer.success)
    throw new Error(`POST /seed answered ${shortenMiddle(text, OUTPUT_LIMIT)}, without the number of records`)
  checkSeeded(answer.data.records)
  return answer.data.records
}

/** Asks the service for its listing and compares it with the expected records. */
export const verifyRecords = (
  route: Route,
  data: ExpectedData,
  compare: ReadingBack<Buffer>['compare'],
): Promise<IntegrityCheck> =>
  readBack(data, {
    what: 'records',
    read: () => sendWell(route, 'GET', '/records', LISTING_TIMEOUT_MS),
    compare,
  })
