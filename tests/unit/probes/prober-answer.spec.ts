import { expect, test } from '@playwright/test'
import { createStallMeter } from '../../../lib/probes/availability/stall-meter.ts'
import { parseAnswer, readNumber } from '../../../lib/probes/availability/answer.ts'

const parse = (text: string, ended = false) => {
  const answer = parseAnswer(Buffer.from(text, 'latin1'), ended)
  if (answer === null) return null
  const { status, headers, body } = answer
  return { status, sequence: readNumber(headers, 'x-sequence'), body: body.toString('latin1') }
}

const lengthy = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Sequence: 70\r\n\r\nhello'
const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\n\r\n'

test('an answer is read by its length, in chunks, or until the connection ends', () => {
  expect(parse(lengthy)).toEqual({ status: 200, sequence: 70, body: 'hello' })
  expect(parse(`${lengthy}more`)?.body).toBe('hello')
  expect(parse(chunked)).toEqual({ status: 200, sequence: NaN, body: 'hello' })
  expect(parse('HTTP/1.0 200 OK\r\n\r\nhello', true)?.body).toBe('hello')
  expect(parse('HTTP/1.0 200 OK\r\n\r\nhello')).toBe(null)
})

test('an answer that is incomplete at any place is no answer', () => {
  for (const whole of [lengthy, chunked])
    for (let cut = 0; cut < whole.length; cut++) expect(parse(whole.slice(0, cut), true), `cut at ${cut}`).toBe(null)
})

test('an interim answer is not the final answer', () => {
  expect(parse(`HTTP/1.1 100 Continue\r\n\r\n${lengthy}`)?.status).toBe(200)
  expect(parse('HTTP/1.1 100 Continue\r\n\r\n')).toBe(null)
})

test('invalid answers, and lengths and sequences that are not numbers, are not accepted', () => {
  expect(parse('SSH-2.0-OpenSSH\r\n\r\n', true)).toBe(null)
  expect(parse(lengthy.replace('5', '5x'), true)).toBe(null)
  expect(parse(lengthy.replace('70', '7e1'))?.sequence).toBe(NaN)
  expect(parse('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n')?.status).toBe(503)
})

test('a stall is measured after a late timer, and while a timer is late', () => {
  const meter = createStallMeter()
  expect(meter.stalledMs(1000)).toBe(0)
  meter.tick(1000, 1010)
  expect([meter.stalledMs(1010), meter.stalledMs(1012), meter.stalledMs(1110)]).toEqual([0, 0, 100])
  meter.tick(1110, 1120)
  meter.tick(1121, 1130)
  expect(meter.stalledMs(1130)).toBe(100)
})
