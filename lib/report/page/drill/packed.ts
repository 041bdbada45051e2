import { gzipSync } from 'node:zlib'
import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillResult } from '../../../verdict/result.ts'
import { axes, describeAxes } from '../../axes.ts'
import { anchorOf, renderVerdict, sectionId } from '../table.ts'

/** A page with more drills than these has their sections packed: a browser would take long to read all of them. */
export const UNPACKED_AT_MOST = 200

/** The section of a drill as its head, and the rest packed. The page's script unpacks it when the reader comes near. */
export function packSection(section: SafeHtml, drill: DrillResult, index: number): SafeHtml {
  const packed = gzipSync(String(section)).toString('base64')
  return html`<section id="${sectionId(index)}" aria-label="drill ${drill.id}" data-packed="${packed}">
    <h2 id="${anchorOf(drill.id)}"><bdi>${drill.id}</bdi> ${renderVerdict(drill.verdict)}</h2>
    <p class="note">${describeAxes(drill, axes)}</p>
    <noscript><p>The rest is packed, as this run has many drills. It needs the page's script.</p></noscript>
  </section>`
}
