import { readdirSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { DRILL_TIMEOUT_MS } from '../../../../lib/lab/lab.ts'
import { CHAOS_FOLDER } from '../../../../lib/components/chaos-mesh/chaos-mesh.ts'
import { readManifest } from '../../../../lib/kube/client.ts'
import { parseDuration } from '../../../../lib/system/quantity.ts'

interface Spec {
  action?: string
  duration?: string
  activeDeadlineSeconds?: number
  templates?: { deadline?: string }[]
}

/** Chaos Mesh does these once: nothing of them goes on. */
const ONCE = ['pod-kill', 'container-kill']

const files = readdirSync(CHAOS_FOLDER)

/** How long an object lasts if nobody deletes it, in milliseconds; 0 for one that does something once. */
function lastsMs(spec: Spec): number {
  if (spec.templates !== undefined)
    return Math.max(
      ...spec.templates.map(({ deadline }) => (deadline === undefined ? Infinity : parseDuration(deadline))),
    )
  if (spec.activeDeadlineSeconds !== undefined) return 1000 * spec.activeDeadlineSeconds
  if (spec.duration !== undefined) return parseDuration(spec.duration)
  return ONCE.includes(spec.action ?? '') ? 0 : Infinity
}

test('there are faults in files', () => {
  expect(files.length).toBeGreaterThan(15)
})

for (const file of files) {
  test(`the objects of chaos/${file} end by themselves after the longest drill`, async () => {
    const objects = await readManifest(new URL(file, CHAOS_FOLDER))
    for (const { spec } of objects) expect(lastsMs(spec as Spec)).toBeLessThanOrEqual(DRILL_TIMEOUT_MS)
  })
}
