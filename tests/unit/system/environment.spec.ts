import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { childEnvironment } from '../../../lib/system/child-settings.ts'
import { cacheFolder, readVariable, stateFolder } from '../../../lib/system/environment.ts'
import { protectSecret, redact } from '../../../lib/output/secrets.ts'

test('a variable that is set and empty counts as not set', () => {
  expect(readVariable({ NAME: ' ' }, 'NAME')).toBeNull()
  expect(stateFolder({ XDG_STATE_HOME: '' })).toBe(join(homedir(), '.local/state/meshdrill'))
  expect(cacheFolder({ XDG_CACHE_HOME: '' })).toBe(join(homedir(), '.cache/meshdrill'))
})

test('a relative XDG folder is ignored, so that no state is written to the working folder', () => {
  expect(stateFolder({ XDG_STATE_HOME: 'state' })).toBe(join(homedir(), '.local/state/meshdrill'))
  expect(stateFolder({ XDG_STATE_HOME: '/state' })).toBe('/state/meshdrill')
})

test('a child inherits no variable that decides which cluster it talks to', () => {
  const shell = { PATH: '/bin', HOME: '/home/ann', KUBECONFIG: 'x', HELM_KUBEAPISERVER: 'x', HTTPS_PROXY: 'x' }
  expect(childEnvironment('/child', { MORE: '1' }, shell)).toEqual({ PATH: '/bin', HOME: '/child', MORE: '1' })
})

test('a secret is redacted in plain text and in every encoding', () => {
  const secret = 'a "secret" key/+='
  protectSecret(secret)
  for (const text of [secret, encodeURIComponent(secret), JSON.stringify({ secret })])
    expect(redact(text)).toContain('[redacted]')
  for (const before of ['', 'u', 'us']) {
    const encoded = Buffer.from(`${before}${secret}:rest`).toString('base64')
    expect(redact(encoded)).toContain('[redacted]')
  }
  expect(redact('nothing to hide')).toBe('nothing to hide')
})
