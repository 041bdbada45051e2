import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillResult } from '../../verdict/result.ts'

/** A link to the section of a drill, which is named by the drill's place among all drills of the run. */
export const linkTo = (drill: DrillResult, drills: readonly DrillResult[], words = drill.id): SafeHtml =>
  html`<a href="#${sectionId(drills.indexOf(drill))}">${words}</a>`

export const sectionId = (index: number): string => `drill-${index}`
