/** A service in a separate process. It plays outages on request over IPC and reports their true times. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { raisePriority } from '../../../../lib/probes/availability/protocol.ts'
import { now } from '../../../../lib/probes/availability/run-prober.ts'
import { createRandom } from '../../../../lib/verdict/statistics/random.ts'
import { seededPayload } from '../../../../lib/workloads/ledger/payload.ts'
import type { Manner, PlayedOutage, ScriptedOutage } from './script.ts'

const seed = Number(process.argv[2])
if (process.argv[3] === 'first') raisePriority()
const server = createServer((request, response) => {
  answer(Number(/^\/records\/(\d+)/.exec(request.url ?? '')?.[1]), response)
})
let away: { manner: Manner; share: number; draw: () => number } | null = null
/** Times of failed requests in the current outage. */
const victims: number[] = []

function answer(slot: number, response: ServerResponse): void {
  const payload = seededPayload(seed, slot)
  const fails = away !== null && away.draw() < away.share
  if (fails) victims.push(now())
  const manner = fails ? away?.manner : undefined
  if (manner === 'hanging') return
  if (manner === 'unavailable' || manner === 'brown-out') response.writeHead(503).end('no healthy upstream')
  else {
    if (manner === 'wrong') payload[4000] = (payload[4000] ?? 0) ^ 1
    response.writeHead(200, { 'content-length': payload.length, 'x-sequence': slot }).end(payload)
  }
}

async function listen(port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const port = await listen(0)

/** No client can see a state within one tick, so the time after a synchronous change is that of the change. */
function goAway({ manner, share }: ScriptedOutage, draw: () => number): [number, number] {
  const fromMs = now()
  if (manner === 'refused') {
    server.close()
    server.closeAllConnections()
    victims.push(fromMs)
  } else away = { manner, share, draw }
  return [fromMs, now()]
}

async function comeBack({ manner }: ScriptedOutage): Promise<number> {
  if (manner === 'refused') await listen(port)
  away = null
  return now()
}

async function play(script: ScriptedOutage): Promise<PlayedOutage> {
  const draw = createRandom(script.seed)
  const affected: PlayedOutage[] = []
  for (const { lastsMs, thenMs } of script.spells) {
    victims.length = 0
    const began = goAway(script, draw)
    await sleep(lastsMs)
    const backMs = await comeBack(script)
    // The end of a brown-out is only visible by its last failed request.
    const endedMs = script.manner === 'brown-out' ? (victims.at(-1) ?? backMs) : backMs
    if (victims.length > 0) affected.push({ began, endedMs, affected: true })
    await sleep(thenMs)
  }
  const [first, last] = [affected[0], affected.at(-1)]
  return first && last ? { ...first, endedMs: last.endedMs } : { began: [NaN, NaN], endedMs: NaN, affected: false }
}

process.on('message', (script: ScriptedOutage) => {
  void play(script).then((played) => process.send?.(played))
})
process.on('disconnect', () => {
  process.exit(0)
})
process.send?.({ port })
