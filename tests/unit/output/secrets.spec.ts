import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { messageOf } from '../../../lib/system/file-error.ts'
import { redactDeep, redactError, redactErrors } from '../../../lib/output/redaction.ts'
import { holdsSecret, protectSecret, redact } from '../../../lib/output/secrets.ts'
import { runScript } from '../run-script.ts'

const SECRET = `c4n4ry+/&'"<Ü>-0123456789`
const base64 = (text: string): string => Buffer.from(text).toString('base64')

const forms: [name: string, text: string][] = [
  ['plain', `key=${SECRET};`],
  ['base64 at offset 0', base64(SECRET)],
  ['base64 at offset 1', base64(`a${SECRET}b`)],
  ['base64 at offset 2', base64(`ab${SECRET}c`)],
  ['base64 for URLs', Buffer.from(`a${SECRET}`).toString('base64url')],
  ['base64 that is wrapped', base64(`abc${SECRET}`).replace(/(.{11})/g, '$1\n')],
  ['URL', encodeURIComponent(SECRET)],
  ['URL in lower case', encodeURIComponent(SECRET).replace(/%../g, (escape) => escape.toLowerCase())],
  ['form', new URLSearchParams({ key: SECRET }).toString()],
  ['JSON', JSON.stringify({ key: SECRET })],
  ['hex', Buffer.from(SECRET).toString('hex')],
  ['hex in capitals', Buffer.from(SECRET).toString('hex').toUpperCase()],
  [
    'HTML',
    SECRET.replace(/[&<>"']/g, (c) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' }[c] ?? ''};`),
  ],
  ['YAML with single quotes', `key: '${SECRET.replaceAll("'", "''")}'`],
  ['YAML that is folded', `key: "${JSON.stringify(SECRET).slice(1, 9)}\\\n    ${JSON.stringify(SECRET).slice(9, -1)}"`],
]

for (const [name, text] of forms) {
  test(`a secret is removed in its form ${name}`, () => {
    protectSecret(SECRET)
    const redacted = redact(text)
    expect(redacted).toContain('[redacted]')
    expect(redacted.replace(/\s/g, '')).not.toContain(text.replace(/\s/g, '').slice(8, 24))
    expect(holdsSecret(text)).toBe(true)
  })
}

test('a text without a secret stays unchanged, even if it has many lines', () => {
  protectSecret('quiteASecret')
  const text = 'quite\n  a\n  secret: c4n4ry \\\n and "quite", A Secret\r\nend'
  expect(redact(text)).toBe(text)
})

test('a secret with a line break in it is removed, and the text around it stays', () => {
  protectSecret('two words of a secret')
  expect(redact('before: two words\n    of a secret\nafter')).toBe('before: [redacted]\nafter')
})

test('a text in the form of a secret, such as a token, is removed even if it is not a known secret', () => {
  expect(redact('GET http://user:pass@store/x?q=1')).toBe('GET http://[redacted]@store/x?q=1')
  expect(redact('proxy=https://token@proxy:3128')).toBe('proxy=https://[redacted]@proxy:3128')
  expect(redact('mail to http://host/a@b')).toBe('mail to http://host/a@b')
  const signed = 'https://s3/b/k?X-Amz-Credential=AKIA%2F20260101%2Fr&X-Amz-Signature=0123456789abcdef&x=1'
  expect(redact(signed)).toBe('https://s3/b/k?X-Amz-Credential=[redacted]&X-Amz-Signature=[redacted]&x=1')
  expect(redact('Authorization: Bearer abc.def-123456')).toBe('Authorization: Bearer [redacted]')
  const key = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----'
  expect(redact(`key: ${key} end`)).toBe('key: [redacted] end')
})

test('if one secret is the beginning of another, the longer one is removed completely', () => {
  protectSecret('alikeONE')
  protectSecret('alikeONEandMORE')
  expect(redact('alikeONEandMORE, alikeONE')).toBe('[redacted], [redacted]')
})

test('a private key is removed line by line', () => {
  const line = 'MHcCAQEEIBvbCANARYlineOfAKey0123456789'
  protectSecret(`-----BEGIN CERTIFICATE-----\n${line}\n-----END CERTIFICATE-----`)
  expect(redact(`one line: ${line}`)).toBe('one line: [redacted]')
})

test('a redacted error has no secret in its message, stack, causes, errors and response body', async () => {
  protectSecret('secretOfAnError')
  const cause = Object.assign(new Error('cause: secretOfAnError'), { stderr: 'secretOfAnError', code: 3 })
  const error = new AggregateError([new Error('part: secretOfAnError')], 'message: secretOfAnError', { cause })
  Object.assign(error, { body: { message: 'body: secretOfAnError' }, socket: new URL('http://secretOfAnError') })
  const thrown: unknown = await redactErrors(() => Promise.reject(error)).catch((one: unknown) => one)
  expect(thrown).toBe(error)
  expect(messageOf(thrown)).toBe('message: [redacted]')
  expect(cause.code).toBe(3)
  const parts = [error.stack, cause.stack, cause.stderr, JSON.stringify(error, Object.getOwnPropertyNames(error))]
  expect(parts.join()).not.toContain('secretOfAnError')
  expect(String(error.errors[0])).toBe('Error: part: [redacted]')
  expect(redactError('thrown: secretOfAnError')).toBe('thrown: [redacted]')
})

test('redacted data has no secrets and keeps its fields, numbers and nulls', () => {
  protectSecret('secretOfData')
  const data = { secretOfData: 1, list: [[0.5, null, true]], deep: { text: 'a secretOfData' } }
  expect(redactDeep(data)).toEqual({ secretOfData: 1, list: [[0.5, null, true]], deep: { text: 'a [redacted]' } })
})

test('the processes of a run share their secrets in a file that only this user can read and that the end of the run removes', ({}, info) => {
  const home = info.outputPath('state')
  const env = {
    ...process.env,
    XDG_STATE_HOME: home,
    MESHDRILL_RUN_UID: 'a-b-c',
    MESHDRILL_OWNER_PID: String(process.pid),
  }
  const module = JSON.stringify(new URL('../../../lib/output/secrets.ts', import.meta.url).href)
  const run = (script: string, environment: Record<string, string | undefined> = env) =>
    runScript(`import * as s from ${module}\n${script}`, environment)
  const print = "console.log(s.redact('shared: secretOfARun'))"
  expect(run("s.protectSecret('secretOfARun')").stderr).toBe('')
  expect(run(print).stdout).toBe('shared: [redacted]\n')
  expect(run(print, { ...env, MESHDRILL_RUN_UID: 'another' }).stdout).toBe('shared: secretOfARun\n')
  const folder = join(home, 'meshdrill', 'secrets')
  const [file = ''] = readdirSync(folder)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600)
  expect(run(`s.endSecrets(); s.protectSecret('secretOfTheEnd'); ${print}`).stdout).toBe('shared: [redacted]\n')
  expect(readdirSync(folder)).toEqual([])
})
