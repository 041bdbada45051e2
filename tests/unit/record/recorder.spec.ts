import { expect, test } from '@playwright/test'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openEvents } from '../../../lib/record/events-file.ts'
import { openRecorder } from '../../../lib/record/recorder.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import type { DrillFact } from '../../../lib/record/facts.ts'
import { buildDrill, buildRun, startMs } from '../verdict/facts-builder.ts'
import { newFolder } from '../in-folder.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** More than the disk takes, in the middle of the first drill. */
const LARGE: DrillFact = { kind: 'note', at: startMs + 15_500, drill: 'd1', text: 'x'.repeat(300_000) }
const DRILLS = [...buildDrill('d1').toSpliced(16, 0, LARGE), ...buildDrill('d2')]
const DRILL_KIBIBYTES = Math.ceil(JSON.stringify(buildDrill('d2')).length / 1024)

/**
 * Records a run of two drills in a process whose files may have at most so many bytes: as a disk that is full there. Where
 * `spaceAgain` is set, there is space again after the first error.
 */
function recordOnFullDisk(kibibytes: number, spaceAgain: boolean) {
  const folder = newFolder()
  const [file, facts] = [join(folder, 'run', 'events.jsonl'), join(folder, 'facts.json')]
  writeFileSync(facts, JSON.stringify(buildRun(DRILLS)))
  const program = `
    import { readFileSync, statSync, truncateSync } from 'node:fs'
    import { openRecorder } from ${JSON.stringify(new URL('../../../lib/record/recorder.ts', import.meta.url).href)}
    const recorder = openRecorder(${JSON.stringify(file)})
    const errors = []
    for (const fact of JSON.parse(readFileSync(${JSON.stringify(facts)}, 'utf8'))) {
      const { size } = statSync(${JSON.stringify(file)})
      try {
        recorder.record(fact)
      } catch (error) {
        errors.push(error.message)
        // Nothing of the fact is left, and there is space again.
        if (${spaceAgain}) truncateSync(${JSON.stringify(file)}, size)
      }
    }
    recorder.close()
    console.log(JSON.stringify(errors))`
  const shell = `trap '' XFSZ; ulimit -f ${kibibytes * 2}; exec "$0" "$@"`
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', program]
  const { stdout, stderr } = spawnSync('sh', ['-c', shell, ...node], { cwd: root, encoding: 'utf8' })
  expect(stderr).toBe('')
  const events = openEvents(file)
  const verdicts = events.drills.map((id) => {
    const { facts: read, unreadable } = events.readDrill(id)
    return read.length === 0 ? [id, 'no facts'] : [id, judgeDrill(read, unreadable).verdict]
  })
  events.close()
  return { errors: JSON.parse(stdout) as string[], verdicts: Object.fromEntries(verdicts) as Record<string, string> }
}

test('a full disk is one error for all lost facts, and none of their drills passes', () => {
  const { errors, verdicts } = recordOnFullDisk(2 * DRILL_KIBIBYTES + 20, false)
  expect(errors).toHaveLength(1)
  expect(errors[0]).toMatch(
    /^fact "\S+" of drill "d1" could not be recorded in ".*events\.jsonl": .*\. Without it the drill cannot pass\. Next: make space/,
  )
  expect(Object.values(verdicts)).not.toContain('pass')
  expect(verdicts.d1).toBe('inconclusive')
})

test('after a full disk, a drill with lost facts cannot pass, and a completely recorded one can', () => {
  const { errors, verdicts } = recordOnFullDisk(2 * DRILL_KIBIBYTES + 20, true)
  expect(errors).toHaveLength(1)
  expect(verdicts).toEqual({ d1: 'inconclusive', d2: 'pass' })
})

test('an events file that cannot be opened is an error with its name and the reason', () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'file'), '')
  expect(() => openRecorder(join(folder, 'file', 'events.jsonl'))).toThrow(
    /facts cannot be recorded in ".*events\.jsonl": (a file is where a folder is needed|.*EEXIST)/,
  )
  expect(() => openRecorder(folder)).toThrow(/a folder is in its place \(EISDIR\)/)
})
