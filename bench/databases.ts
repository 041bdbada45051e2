import { hasRedis, startShop } from '../tests/unit/workloads/redis/server.ts'
import { programFolder, startBank } from '../tests/unit/workloads/postgres/server.ts'
import type { RunningStore } from '../tests/unit/workloads/records/store.ts'
import { tryDamages, type Trial } from '../tests/unit/workloads/records/trials.ts'
import { isStarted, print, startTable, type Findings, type Table } from './table.ts'

/** Damages to real databases, and what the checks of their workloads accept: `npx tsx bench/databases.ts [damages] [seed]`. */
const restartEvery = 20

export async function measureDatabases(damages = 1000, drawSeed = 1): Promise<Findings> {
  const table = startTable()
  const programs = programFolder()
  if (programs === null) table.tell('PostgreSQL', 'not on this machine')
  else await measure(table, 'PostgreSQL', await startBank(programs), { damages, drawSeed })
  if (!hasRedis()) table.tell('Redis', 'not on this machine')
  else await measure(table, 'Redis', await startShop(), { damages, drawSeed })
  return table
}

async function measure(
  table: Table,
  name: string,
  store: RunningStore,
  { damages, drawSeed }: { damages: number; drawSeed: number },
): Promise<void> {
  try {
    tellTrials(table, name, await tryDamages(store, damages, { drawSeed, restartEvery }))
  } finally {
    await store.stop()
  }
}

function tellTrials({ tell, details }: Table, name: string, trials: Trial[]): void {
  const accepted = trials.filter(({ finding }) => finding === null)
  const wrong = accepted.filter(({ readerSeesWrong }) => readerSeesWrong)
  tell(`${trials.length} damages to ${name}`, `${wrong.length} accepted that a reader sees`, 'none', wrong.length === 0)
  tell('  accepted, and a reader sees nothing wrong', String(accepted.length - wrong.length))
  tell('  read after a crash and a restart', String(trials.filter(({ restarted }) => restarted).length))
  for (const kind of new Set(trials.map((one) => one.kind))) {
    const all = trials.filter((one) => one.kind === kind)
    const found = all.filter(({ finding }) => finding !== null)
    tell(`  ${kind}`, `${found.length} of ${all.length} found`)
    tell('    the findings name', count(found.map(({ located }) => located)))
    tell('    found by', count(found.flatMap(({ checks }) => checks)))
  }
  for (const one of accepted) {
    const after = one.restarted ? ' after a restart' : ''
    details.push(
      `accepted: ${one.kind} of ${one.file} at ${one.offset}${after}, reader sees wrong: ${one.readerSeesWrong}`,
    )
  }
}

/** How often each word is there. */
function count(words: string[]): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].map(([word, times]) => `${word} ${times}`).join(', ')
}

if (isStarted(import.meta.url))
  print(await measureDatabases(Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 1)))
