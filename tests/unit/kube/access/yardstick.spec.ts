import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { identifyCluster } from '../../../../lib/clusters/existing/access/access.ts'
import { readContext } from '../../../../lib/clusters/existing/access/context.ts'
import { messageOf } from '../../../../lib/system/file-error.ts'
import { serveClusters, standInCluster, type StandInCluster } from '../../stand-ins/api-server.ts'
import { makeAuthority, makeCertificate } from '../../stand-ins/certificates.ts'
import { startProxy } from '../../stand-ins/proxy-server.ts'

/* Each expected result is that of kubectl 1.36 with the same kubeconfig and server, or a refusal that names the entry. */

interface World {
  folder: string
  cluster: StandInCluster
  server: object
  url: string
  authority: string
}

const test = base.extend<{ world: World }>({
  world: async ({}, use, testInfo) => {
    const folder = testInfo.outputPath('home')
    mkdirSync(folder, { recursive: true })
    const cluster = standInCluster('one')
    const authority = makeAuthority(folder, 'ca')
    const { cert, key } = makeCertificate(folder, 'server', authority)
    makeCertificate(folder, 'client', authority)
    const served = await serveClusters(() => cluster, {
      tls: { cert, key, requestCert: true, rejectUnauthorized: false },
    })
    const server = { server: served.url, 'certificate-authority': 'ca.crt' }
    await use({ folder, cluster, server, url: served.url, authority: authority.cert })
    await served.close()
  },
})

const API = 'client.authentication.k8s.io/v1'
const answer = (status: object): string => JSON.stringify({ apiVersion: API, kind: 'ExecCredential', status })

/** Writes a plugin that prints this, and returns a user of it. */
function pluginUser({ folder }: World, status: object, over: object = {}): object {
  writeProgram(folder, `cat <<'END'\n${answer(status)}\nEND`)
  return { exec: { apiVersion: API, command: './plugin', interactiveMode: 'Never', ...over } }
}

function writeProgram(folder: string, body: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'plugin'), `#!/bin/sh\n${body}\n`)
  chmodSync(join(folder, 'plugin'), 0o755)
}

/** The Authorization header that the server got with this kubeconfig, `nobody` without one, or the error. */
async function whoAsks(world: World, text: string, env: Record<string, string> = {}): Promise<string> {
  const file = join(world.folder, 'config')
  writeFileSync(file, text)
  try {
    await identifyCluster(readContext([file], 'mine', env))
    return world.cluster.requests.at(-1)?.headers.authorization?.join() ?? 'nobody'
  } catch (error) {
    return messageOf(error)
  }
}

const config = (cluster: object, user: object = {}): string =>
  JSON.stringify({
    clusters: [{ name: 'here', cluster }],
    users: [{ name: 'me', user }],
    contexts: [{ name: 'mine', context: { cluster: 'here', user: 'me' } }],
  })

test('a plugin is not run if the user has a token, a token file, a password or a certificate', async ({ world }) => {
  const { folder, server } = world
  writeFileSync(join(folder, 'token'), 'of-the-file')
  const plugin = pluginUser(world, { token: 'of-the-plugin' })
  const as = (user: object) => whoAsks(world, config(server, { ...plugin, ...user }))
  expect(await as({})).toBe('Bearer of-the-plugin')
  expect(await as({ token: 'own' })).toBe('Bearer own')
  expect(await as({ tokenFile: 'token' })).toBe('Bearer of-the-file')
  expect(await as({ username: 'u', password: 'p' })).toBe('Basic dTpw')
  expect(await as({ 'client-certificate': 'client.crt', 'client-key': 'client.key' })).toBe('nobody')
})

test('a plugin without a folder is found by the PATH of this process, not by the PATH of its entry', async ({
  world,
}) => {
  const { folder, server } = world
  const user = pluginUser(world, { token: 'of-the-plugin' }, { command: 'plugin' })
  const elsewhere = join(folder, 'elsewhere')
  writeProgram(elsewhere, `echo '${answer({ token: 'of-another' })}'`)
  const { PATH = '' } = process.env
  const env = [{ name: 'PATH', value: [elsewhere, PATH].join(delimiter) }]
  const text = config(server, { exec: { ...(user as { exec: object }).exec, env } })
  expect(await whoAsks(world, text)).toContain('the exec plugin "plugin" of user "me" was not found')
  process.env.PATH = [folder, PATH].join(delimiter)
  try {
    expect(await whoAsks(world, text)).toBe('Bearer of-the-plugin')
  } finally {
    process.env.PATH = PATH
  }
})

test('a plugin entry or output that kubectl refuses is an error with the name of the entry', async ({ world }) => {
  const why = (status: object, over: object = {}) =>
    whoAsks(world, config(world.server, pluginUser(world, status, over)))
  const token = { token: 'px' }
  expect(await why(token, { interactiveMode: undefined })).toContain('must have interactiveMode')
  expect(await why(token, { interactiveMode: undefined, apiVersion: `${API}beta1` })).toContain(`of ${API}beta1`)
  expect(await why(token, { args: [1] })).toContain('args of the exec plugin of user "me" contains something')
  expect(await why(token, { args: 'a' })).toContain('args of the exec plugin of user "me" is not a list')
  expect(await why(token, { env: [{ value: 'x' }] })).toContain('has a variable without a name')
  expect(await why(token, { env: [{ name: 'X' }] })).toBe('Bearer px')
  expect(await why({ ...token, clientCertificateData: 'x' })).toContain('a certificate or a key, and not the other')
  expect(await why({ ...token, expirationTimestamp: 'tomorrow' })).toContain('expirationTimestamp that is not a time')
})

test('an empty token file is an error with its name, unless the user also has a token', async ({ world }) => {
  writeFileSync(join(world.folder, 'token'), '\n')
  const as = (user: object) => whoAsks(world, config(world.server, { tokenFile: 'token', ...user }))
  expect(await as({})).toMatch(/the tokenFile of user "me", ".*token", is empty/)
  expect(await as({ token: 'own' })).toBe('Bearer own')
  expect(await as({ username: 'u', password: 'p' })).toContain('both a token and a username')
})

test('a token with characters that a header cannot have is refused, and the error does not show it', async ({
  world,
}) => {
  for (const token of ['canary\nline', 'canary\u00fc']) {
    const said = await whoAsks(world, config(world.server, { token }))
    expect(said).toContain('the token of user "me" contains line breaks')
    expect(said).not.toContain('canary')
  }
})

test('no credentials are sent to a remote server without TLS, and the error says so', async ({ world }) => {
  const plain = await serveClusters((request) => (request.headers.authorization ? world.cluster : null))
  const proxy = await startProxy(plain.url)
  const env = { HTTP_PROXY: proxy.url }
  const far = { server: 'http://api.example:8080' }
  const users = [{ token: 't' }, { username: 'u', password: 'p' }, pluginUser(world, { token: 'px' })]
  for (const user of users) {
    expect(await whoAsks(world, config(far, user), env)).toContain(
      'requires credentials, but none are sent, because its URL is not https',
    )
    expect(await whoAsks(world, config({ server: plain.url }, user), env)).not.toBe('nobody')
  }
  expect(plain.answered.filter(({ request }) => request.headers.host?.[0] === 'api.example:8080').length).toBe(3)
  await proxy.close()
  await plain.close()
})

test("a server's URL may have an upper-case scheme, but no user, query or fragment", async ({ world }) => {
  const { server, url } = world
  const at = (changed: string) => whoAsks(world, config({ ...server, server: changed }, { token: 't' }))
  expect(await at(url.replace('https', 'HTTPS'))).toBe('Bearer t')
  for (const changed of [url.replace('://', '://u:p@'), `${url}/?a=1`, `${url}/#a`])
    expect(await at(changed)).toContain('contains a user, a query or a fragment')
})

test('a kubeconfig is YAML 1.1: "yes" is true, and "<<" merges the fields of another entry', async ({ world }) => {
  const text = (cluster: string, token = 't'): string =>
    `contexts:\n- name: mine\n  context: {cluster: here, user: me}\nusers:\n- name: me\n  user: {token: ${token}}\n` +
    `clusters:\n- name: first\n  cluster: &first {server: "${world.url}", certificate-authority: ca.crt}\n- name: here\n  cluster: ${cluster}\n`
  const insecure = (value: string): string => `{server: "${world.url}", insecure-skip-tls-verify: ${value}}`
  expect(await whoAsks(world, text('{<<: *first}'))).toBe('Bearer t')
  for (const value of ['yes', 'on', 'True']) expect(await whoAsks(world, text(insecure(value)))).toBe('Bearer t')
  expect(await whoAsks(world, text(insecure('"true"')))).toContain('is neither true nor false')
  expect(await whoAsks(world, text('{<<: *first}', '2020-01-01'))).toBe('Bearer 2020-01-01')
  expect(await whoAsks(world, text('{<<: *first}', '1:20'))).toBe('Bearer 1:20')
  for (const token of ['yes', '0123', '1_000', '1e3'])
    expect(await whoAsks(world, text('{<<: *first}', token))).toContain('field "token" of user "me" is not text')
})

test('a file of another kind or version is refused as a kubeconfig', async ({ world }) => {
  const of = (over: object) =>
    whoAsks(world, JSON.stringify({ ...JSON.parse(config(world.server, { token: 't' })), ...over }))
  expect(await of({ kind: 'Config', apiVersion: 'v1' })).toBe('Bearer t')
  expect(await of({ kind: 'Pod' })).toContain('its kind is not Config of v1')
  expect(await of({ apiVersion: 'v2' })).toContain('its kind is not Config of v1')
})

test('the authorities of SSL_CERT_DIR are trusted if the kubeconfig has no authority', async ({ world }) => {
  const folder = join(world.folder, 'authorities')
  mkdirSync(folder)
  writeFileSync(join(folder, 'one.pem'), world.authority)
  process.env.SSL_CERT_DIR = folder
  try {
    expect(await whoAsks(world, config({ server: world.url }, { token: 't' }))).toBe('Bearer t')
  } finally {
    delete process.env.SSL_CERT_DIR
  }
  const other = { server: world.url, 'certificate-authority': 'ca.crt', 'tls-server-name': '127.0.0.9' }
  expect(await whoAsks(world, config(other))).toContain('for other names than this one')
  expect(await whoAsks(world, config({ ...other, 'tls-server-name': '127.0.0.1' }))).toBe('nobody')
})
