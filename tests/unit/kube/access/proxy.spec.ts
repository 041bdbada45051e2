import { expect, test } from '@playwright/test'
import { proxyFor, proxyVariables } from '../../../../lib/kube/access/proxy.ts'

/* The choice of a proxy for a server. Each line has the result of Go's net/http, and so of kubectl and helm. */

const PROXY = 'http://proxy.example:3128'
const SET = { HTTPS_PROXY: PROXY, HTTP_PROXY: 'plain.example:80' }

const goes = (server: string, env: Record<string, string>): string | null => proxyFor(new URL(server), env)

test('the variable for the scheme of a server sets its proxy, in upper or lower case', () => {
  expect(goes('https://10.0.0.1:6443', SET)).toBe(`${PROXY}/`)
  expect(goes('http://10.0.0.1:8080', SET)).toBe('http://plain.example/')
  expect(goes('https://10.0.0.1:6443', { https_proxy: 'socks5://s:1' })).toBe('socks5://s:1')
  expect(goes('https://10.0.0.1:6443', { HTTPS_PROXY: ' ' })).toBeNull()
  expect(goes('https://10.0.0.1:6443', { ALL_PROXY: PROXY })).toBeNull()
  expect(() => goes('https://10.0.0.1:6443', { HTTPS_PROXY: 'ftp://x' })).toThrow(
    'HTTPS_PROXY is not the URL of a proxy',
  )
})

test('servers on this machine are reached without a proxy', () => {
  for (const host of ['localhost', '127.0.0.1', '127.3.2.1', '[::1]', '[::ffff:127.0.0.1]'])
    expect(goes(`https://${host}:6443`, SET)).toBeNull()
})

test('NO_PROXY excludes names, subdomains, addresses, ranges and ports, as in Go', () => {
  const table: [exception: string, host: string, isDirect: boolean][] = [
    ['example.org', 'example.org', true],
    ['example.org', 'api.example.org', true],
    ['example.org', 'myexample.org', false],
    ['.example.org', 'example.org', false],
    ['.example.org', 'api.example.org', true],
    ['*.example.org', 'api.example.org', true],
    ['*.example.org', 'example.org', false],
    ['EXAMPLE.org', 'api.Example.ORG', true],
    ['example.org:6443', 'example.org:6443', true],
    ['example.org:443', 'example.org:6443', false],
    ['10.1.2.3', '10.1.2.3:6443', true],
    ['10.1.2.3:443', '10.1.2.3:6443', false],
    ['10.1.2.3:443', '10.1.2.3', true],
    ['10.0.0.0/8', '10.1.2.3:6443', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['10.1', '10.1.2.3', false],
    ['fd00::1', '[fd00::1]:6443', true],
    ['[fd00::1]', '[fd00::1]:6443', true],
    ['[fd00::1]:6443', '[fd00::1]:6443', true],
    ['fd00::/16', '[fd00::2]', true],
    ['fd00::/16', '[fe00::2]', false],
    ['a.example, , *', 'anything', true],
    ['a.example , b.example', 'b.example', true],
    [':6443', 'example.org:6443', false],
    ['', 'example.org', false],
  ]
  for (const [exception, host, isDirect] of table)
    expect([exception, host, goes(`https://${host}`, { ...SET, NO_PROXY: exception }) === null]).toEqual([
      ...[exception, host, isDirect],
    ])
})

test('a child process gets the proxy variables of the shell, with the directly reached server as an exception', () => {
  expect(proxyVariables({ https_proxy: PROXY, no_proxy: 'a' }, new URL('https://[fd00::1]:6443'))).toEqual({
    ...{ HTTPS_PROXY: PROXY, NO_PROXY: 'a,fd00::1' },
  })
  expect(proxyVariables({}, null)).toEqual({})
})
