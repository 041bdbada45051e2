import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillFact } from '../../../record/facts.ts'
import { formatDuration } from '../../../system/quantity.ts'
import { gatherEvidence } from '../../../verdict/evidence.ts'
import { findLostWrites } from '../../../verdict/loss.ts'
import type { DrillResult } from '../../../verdict/result.ts'
import { renderItems, renderTable } from '../table.ts'

/** Lines beyond these are in `summary.json` and `events.jsonl`. */
const LISTED = 20

/** What is wrong with the data, by kind, and each finding. Null if nothing was found. */
export function renderIntegrity({ integrity, evidence }: DrillResult): SafeHtml | null {
  const findings = integrity?.findings ?? []
  if (integrity === null || findings.length === 0) return null
  const kinds = [...new Set(findings.map(({ kind }) => kind))].map((kind) => {
    const own = findings.filter((finding) => finding.kind === kind)
    return [kind, String(own.length), String(new Set(own.map(({ file }) => file)).size)]
  })
  const all = evidence.findings ?? findings.length
  const listed = findings.slice(0, LISTED)
  const namesChecks = listed.some(({ check }) => check !== undefined)
  const rows = listed.map(({ kind, file, offset, detail, check }) => [
    kind,
    html`<bdi>${file}</bdi>`,
    String(offset),
    html`<bdi>${detail}</bdi>`,
    ...(namesChecks ? [check ?? 'comparison with the writes'] : []),
  ])
  const columns = ['Kind', 'File', 'Offset', 'Detail', ...(namesChecks ? ['Found by'] : [])]
  return html`<h3>Integrity: ${integrity.objects} records read back, ${all} ${all === 1 ? 'finding' : 'findings'}</h3>
    ${renderTable(['State', 'Findings', 'Files'], kinds, 'findings by kind')}
    <h4>Findings</h4>
    ${renderTable(columns, rows, 'findings')}
    ${all > LISTED ? html`<p class="note">The first ${rows.length} of ${all}. The others are in summary.json.</p>` : null}`
}

/** Acknowledged writes that are missing, the oldest first, with their age at the fault. Null if none is known to be. */
export function renderLostWrites(facts: DrillFact[], { rpo, evidence: { loss } }: DrillResult): SafeHtml | null {
  const { fault, readBack, restore, writes } = gatherEvidence(facts)
  if (rpo === null || rpo.lost === 0 || fault === null || readBack === null || loss?.by === 'files') return null
  const requested = facts.findLast((fact) => fact.kind === 'restore.requested' && fact.name === restore?.name)
  const lost = findLostWrites(writes, readBack.check, requested?.at ?? null)
  const rows = lost
    .slice(0, LISTED)
    .map(({ sequence, slot, acknowledgedMs }) => [
      String(sequence),
      String(slot),
      describeAge(fault.between[0] - (acknowledgedMs ?? NaN)),
    ])
  return html`<details>
    <summary>The lost writes: ${rpo.lost} of ${rpo.acknowledged}</summary>
    ${renderTable(['Sequence', 'Slot', 'Acknowledged'], rows, 'lost writes')}
    ${lost.length > rows.length ? html`<p class="note">The oldest ${rows.length} of ${lost.length}.</p>` : null}
  </details>`
}

/** How much a power cut may lose, which no backup brings back. Null if the service acknowledges what is on the disk. */
export function renderUnsynced(facts: DrillFact[]): SafeHtml | null {
  const loss = facts.find((fact) => fact.kind === 'drill.planned')?.loss
  const unsyncedMs = loss?.by === 'writes' ? (loss.unsyncedMs ?? 0) : 0
  if (unsyncedMs === 0) return null
  return html`<p class="note">
    This service acknowledges a write up to ${formatDuration(unsyncedMs)} before it is on the disk. A power cut may lose
    such writes. No backup prevents that.
  </p>`
}

const describeAge = (ageMs: number): string =>
  ageMs >= 0 ? `${formatDuration(ageMs)} before the fault` : `${formatDuration(-ageMs)} after the fault`

/** What differs in the proxies from before the fault. Null if nothing does. */
export function renderMeshDifferences({ meshState }: DrillResult): SafeHtml | null {
  const differences = meshState?.differences ?? []
  if (differences.length === 0) return null
  const rest = differences.length - LISTED
  return html`<h3>The proxies are not as before</h3>
    <ul>
      ${renderItems(differences.slice(0, LISTED))} ${rest > 0 ? html`<li>and ${rest} more</li>` : null}
    </ul>`
}
