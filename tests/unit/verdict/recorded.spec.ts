import { expect, test } from '@playwright/test'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { writeResults } from '../../../lib/report/results.ts'
import type { RankingEntry } from '../../../lib/verdict/ranking/ranking.ts'
import type { DrillResult } from '../../../lib/verdict/result.ts'

/*
 * Runs recorded on an embedded cluster before verdicts had codes. The expected results come from that version: an older
 * run must keep its verdicts and figures. If these files change, meshdrill measures something else.
 */

const read = (file: string): Buffer => readFileSync(new URL(`./recorded/${file}`, import.meta.url))

for (const [name, story] of [
  ['pass', 'nine drills that passed'],
  ['fail', 'nine tools that are broken on purpose'],
  ['inconclusive', 'two drills whose load generator was killed'],
] as const)
  test(`a recorded run of ${story} is judged to the same verdicts and figures as when it was recorded`, ({}, testInfo) => {
    const folder = testInfo.outputPath('run')
    mkdirSync(folder, { recursive: true })
    writeFileSync(`${folder}/events.jsonl`, brotliDecompressSync(read(`${name}.events.jsonl.br`)))
    const warnings: string[] = []
    const { run, drills, ranking } = writeResults(folder, (warning) => warnings.push(warning))
    expect(warnings).toEqual([])
    const expected: unknown = JSON.parse(read(`${name}.expected.json`).toString('utf8'))
    expect({ run, drills: drills.map(figuresOf), ranking: ranking.map(placeOf) }).toEqual(expected)
  })

/** Verdicts and all figures. Of sentences, only their number is compared. */
function figuresOf({ id, fault, objectives, verdict, reasons, parts, evidence, ...drill }: DrillResult) {
  const { integrity, meshState, loss } = { ...drill, loss: evidence.loss }
  return {
    ...{ id, fault, objectives, verdict, reasons: reasons.length, outcome: evidence.outcome },
    parts: Object.fromEntries(parts.map((part) => [part.question, part.verdict])),
    partCount: parts.length,
    ...{ rtoMs: drill.rtoMs, rpo: drill.rpo, backup: drill.backup, restore: drill.restore, load: drill.load },
    resources: drill.resources,
    integrity: integrity && { ...integrity, findings: integrity.findings.length },
    meshState: meshState && { equal: meshState.equal, differences: meshState.differences.length },
    outages: evidence.outages && {
      count: evidence.outages.count,
      unavailableMs: evidence.outages.unavailableMs,
      listed: evidence.outages.seen.length,
    },
    rtoAtLeastMs: evidence.rtoAtLeastMs,
    loss: loss && {
      ...{ acknowledged: loss.acknowledged, lost: loss.lost },
      ...{ oldestLostMs: loss.oldestLostMs, oldestLostAtMostMs: loss.oldestLostAtMostMs },
      phantoms: loss.phantoms.length,
      certain: { lost: loss.certain.lost, phantoms: loss.certain.phantoms.length },
      ...{ unknown: loss.unknown, moment: loss.moment, isKnown: loss.problem === null },
    },
    probes: evidence.probes,
    faultBetween: evidence.fault?.between ?? null,
    findings: evidence.findings,
    corruption: evidence.corruption.map(({ findings }) => findings),
    nodeResources: evidence.nodeResources,
    notes: evidence.notes.length,
  }
}

function placeOf({ because, performance, simplicity, drills, ...entry }: RankingEntry) {
  return {
    ...{ tool: entry.tool, strategy: entry.strategy, place: entry.place, integrity: entry.integrity },
    because: because.length,
    front: performance.front,
    figures: performance.rows.map((row) => ({
      fault: row.condition.fault,
      drills: row.drills,
      texts: row.figures.map(({ metric, text }) => `${metric} ${text}`),
    })),
    simplicity: simplicity?.counts.map((one) => `${one.criterion} ${one.count} ${one.rank} of ${one.of}`) ?? null,
    drills: { pass: drills.pass, fail: drills.fail, unmeasured: drills.unmeasured.length },
  }
}
