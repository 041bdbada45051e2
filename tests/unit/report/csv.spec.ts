import { expect, test } from '@playwright/test'
import { renderCsv } from '../../../lib/report/results.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { buildDrill } from '../verdict/facts-builder.ts'

const drill = judgeDrill(buildDrill())
/** The last column of the one line. */
const reasonsOf = (text: string): string => {
  const csv = renderCsv([{ ...drill, reasons: [text] }])
  return csv.slice(csv.indexOf('\r\n') + 2, -2).slice(-text.replaceAll('"', '""').length - 3)
}

test('a text in the CSV that looks like a formula begins with an apostrophe', () => {
  for (const text of ['=1+1', '+1', '-1+1', '@SUM(A1)', '\t=1', '＝1', '－1'])
    expect(reasonsOf(text), text).toMatch(new RegExp(`[,"]?'${text.replace(/[+*?()]/g, '\\$&')}"?$`))
  for (const text of ['\r=1', '\n=1', '=HYPERLINK("http://x","y")'])
    expect(reasonsOf(text), text).toBe(`,"'${text.replaceAll('"', '""')}"`.slice(-reasonsOf(text).length))
  for (const text of ['1=1', 'a-b', ' x']) expect(reasonsOf(text), text).not.toContain("'")
})

test('the CSV counts lost writes and lost files in separate columns', () => {
  const { loss } = drill.evidence
  if (loss === null) throw new Error('the drill has no loss')
  const fieldsOf = (one: typeof drill) => {
    const [head = '', row = ''] = renderCsv([one]).split('\r\n')
    const values = row.split(',')
    return Object.fromEntries(head.split(',').map((name, index) => [name, values[index]]))
  }
  const rpo = { acknowledged: 70, lost: 3, oldestLostMs: 9 }
  const byFiles = fieldsOf({ ...drill, rpo, evidence: { ...drill.evidence, loss: { ...loss, by: 'files' } } })
  expect(byFiles).toMatchObject({ acknowledgedFiles: '70', lostFiles: '3', acknowledgedWrites: '', lostWrites: '' })
  expect(fieldsOf({ ...drill, rpo })).toMatchObject({
    acknowledgedWrites: '70',
    lostWrites: '3',
    acknowledgedFiles: '',
    lostFiles: '',
  })
})

test('a number in the CSV stays a number, even if it is negative', () => {
  const csv = renderCsv([{ ...drill, repetition: -3 }])
  expect(csv).toContain(',-3,')
  expect(csv).not.toContain("'-3")
})
