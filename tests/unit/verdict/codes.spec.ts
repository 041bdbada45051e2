import { expect, test } from '@playwright/test'
import { readdirSync, readFileSync } from 'node:fs'
import { toPart } from '../../../lib/verdict/answer.ts'
import { type Code, CODES } from '../../../lib/verdict/codes.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { finding as findingSchema } from '../../../lib/record/schema/measured.ts'
import { finding } from '../simulation/damages-data.ts'
import { reading } from './fact-edits.ts'
import { buildDrill } from './facts-builder.ts'

const root = new URL('../../../', import.meta.url)

test('the code of an answer gives its question and its verdict', () => {
  expect(toPart({ code: 'backup.zero-bytes', reason: 'b1' })).toEqual({
    question: 'backup',
    verdict: 'inconclusive',
    code: 'backup.zero-bytes',
    reason: 'b1',
  })
  for (const [code, { verdict, meaning }] of Object.entries(CODES)) {
    expect(toPart({ code: code as Code, reason: '' }).verdict).toBe(verdict)
    expect(meaning, code).toMatch(/^[A-Z].*[.]$/)
    expect(code).toMatch(/^[a-z][a-z-]*[.][a-z][a-z0-9-]*$/)
  }
})

test('each kind of finding has its own code', () => {
  const kinds = findingSchema.shape.kind.options
  expect(kinds).toHaveLength(10)
  for (const kind of kinds) {
    const { parts } = judgeDrill(reading({ findings: [{ ...finding, kind }] })(buildDrill()))
    const code = `integrity.${kind.replaceAll(' ', '-')}`
    expect(parts.find(({ question }) => question === 'integrity')).toMatchObject({ verdict: 'fail', code })
  }
})

/** Patterns of code that reads or tests the text of a reason. */
const READS_PROSE = [
  /\b(reason|because|says)s?(\[\w*\]|\?)?\.(test|startsWith|endsWith|includes|match|matchAll|search|indexOf|split)\(/,
  /\.(test|exec)\(\w*(reason|because)/,
  /\{ reason \}\) => reason\.\w+\(/,
]
/** True for a line that tests `because`, which is a list of codes. */
const isOfCodes = (line: string): boolean => line.includes('because.includes(code)')

test('no code of verdict, report, controls and fixtures reads the text of a reason', () => {
  const folders = ['lib/verdict/', 'lib/report/', 'lib/controls/', 'lib/simulation/', 'fixtures/']
  const found = folders.flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const lines = readFileSync(new URL(folder + file, root), 'utf8').split('\n')
        return lines.filter((line) => READS_PROSE.some((pattern) => pattern.test(line)) && !isOfCodes(line))
      }),
  )
  expect(found).toEqual([])
  const before = "parts.find(({ reason }) => reason.includes('did not succeed'))"
  expect(READS_PROSE.some((pattern) => pattern.test(before))).toBe(true)
})
