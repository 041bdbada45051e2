import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { identifyCluster } from '../../../../lib/clusters/existing/access/access.ts'
import { readContext } from '../../../../lib/clusters/existing/access/context.ts'
import { clientOf } from '../../../../lib/kube/client.ts'
import { messageOf } from '../../../../lib/system/file-error.ts'
import { serveClusters, standInCluster, type ServedClusters, type StandInCluster } from '../../stand-ins/api-server.ts'
import { makeAuthority, makeCertificate } from '../../stand-ins/certificates.ts'
import { startProxy } from '../../stand-ins/proxy-server.ts'

/* meshdrill obeys every field that kubectl accepts, or refuses it by name. */

interface World {
  folder: string
  cluster: StandInCluster
  served: ServedClusters
}

const test = base.extend<{ world: World }>({
  world: async ({}, use, testInfo) => {
    const folder = testInfo.outputPath('home')
    mkdirSync(folder, { recursive: true })
    const cluster = standInCluster('one')
    const served = await serveClusters(() => cluster)
    await use({ folder, cluster, served })
    await served.close()
  },
})

/** Writes a kubeconfig with one context, "mine". */
function write(folder: string, cluster: object, user: object = {}, name = 'config'): string {
  const file = join(folder, name)
  const config = {
    clusters: [{ name: 'here', cluster }],
    users: [{ name: 'me', user }],
    contexts: [{ name: 'mine', context: { cluster: 'here', user: 'me' } }],
  }
  writeFileSync(file, JSON.stringify(config))
  return file
}

/** Headers of the last request. */
const lastHeaders = ({ cluster }: World) => cluster.requests.at(-1)?.headers ?? {}
const read = (file: string, env = {}) => readContext([file], 'mine', env)
const refusal = (file: string): string => {
  try {
    read(file)
    return 'accepted'
  } catch (error) {
    return messageOf(error)
  }
}

/** A program that prints credentials; `body` is shell text. */
function plugin(folder: string, body: string): string {
  const file = join(folder, 'plugin')
  writeFileSync(file, `#!/bin/sh\n${body}\n`)
  chmodSync(file, 0o755)
  return file
}

const API = 'client.authentication.k8s.io/v1'
const credential = (status: object) => JSON.stringify({ apiVersion: API, kind: 'ExecCredential', status })

test('missing and empty files of KUBECONFIG are skipped, and the first file with an entry wins', ({ world }) => {
  const { folder, served } = world
  writeFileSync(join(folder, 'empty'), '')
  writeFileSync(join(folder, 'comment'), '# nothing\n')
  const first = write(folder, { server: served.url }, { token: 'first' }, 'first')
  const second = write(folder, { server: 'http://other.invalid' }, { token: 'second' }, 'second')
  const files = [join(folder, 'missing'), join(folder, 'empty'), join(folder, 'comment'), first, second]
  const { access } = readContext(files, 'mine', {})
  expect([access.server.url, access.user.token]).toEqual([served.url, 'first'])
  expect(() => readContext([folder], 'mine', {})).toThrow('cannot be read (EISDIR)')
})

test('relative paths in a kubeconfig start at its folder, even if its own path is relative', async ({ world }) => {
  const authority = makeAuthority(world.folder, 'ca')
  const made = makeCertificate(world.folder, 'server', authority)
  makeCertificate(world.folder, 'client', authority)
  const served = await serveClusters(() => world.cluster, { tls: { cert: made.cert, key: made.key } })
  writeFileSync(join(world.folder, 'token'), 'from-a-file\n')
  const user = { tokenFile: 'token', 'client-certificate': 'client.crt', 'client-key': './client.key' }
  const file = write(world.folder, { server: served.url, 'certificate-authority': 'ca.crt' }, user)
  expect((await identifyCluster(read(relative(process.cwd(), file)))).uid).toBe(world.cluster.uid)
  expect(lastHeaders(world).authorization).toEqual(['Bearer from-a-file'])
  await served.close()
})

test('a token file is read again for each request', async ({ world }) => {
  const tokenFile = join(world.folder, 'token')
  writeFileSync(tokenFile, 'one')
  const { core } = clientOf(read(write(world.folder, { server: world.served.url }, { tokenFile })).config)
  await core.listNamespace()
  expect(lastHeaders(world).authorization).toEqual(['Bearer one'])
  writeFileSync(tokenFile, 'two')
  await core.listNamespace()
  expect(lastHeaders(world).authorization).toEqual(['Bearer two'])
})

test('an exec plugin gets KUBERNETES_EXEC_INFO with the cluster, its arguments and its variables', async ({
  world,
}) => {
  const { folder, served } = world
  const body = `printf '%s' "$KUBERNETES_EXEC_INFO" > '${folder}/info'; printf '{"apiVersion":"${API}","kind":"ExecCredential","status":{"token":"%s"}}' "$1-$REALM"`
  plugin(folder, body)
  const extension = { audience: 'a' }
  const cluster = {
    server: served.url,
    'tls-server-name': 'name',
    extensions: [{ name: 'client.authentication.k8s.io/exec', extension }],
  }
  const exec = {
    ...{
      apiVersion: API,
      command: './plugin',
      args: ['arg'],
      provideClusterInfo: true,
      interactiveMode: 'IfAvailable',
    },
    env: [{ name: 'REALM', value: 'r' }],
  }
  await identifyCluster(read(write(folder, cluster, { exec })))
  expect(lastHeaders(world).authorization).toEqual(['Bearer arg-r'])
  expect(JSON.parse(readFileSync(join(folder, 'info'), 'utf8'))).toEqual({
    ...{ kind: 'ExecCredential', apiVersion: API },
    spec: { interactive: false, cluster: { server: served.url, 'tls-server-name': 'name', config: extension } },
  })
})

test('an error names a plugin that is missing, fails or prints invalid output, with its hint', async ({ world }) => {
  const { folder, served } = world
  const why = (exec: object) =>
    identifyCluster(
      read(write(folder, { server: served.url }, { exec: { apiVersion: API, interactiveMode: 'Never', ...exec } })),
    ).then(() => 'reached', messageOf)
  expect(await why({ command: 'no-such-plugin', installHint: 'brew install it' })).toMatch(
    /the exec plugin "no-such-plugin" of user "me" was not found. Next: brew install it$/,
  )
  expect(await why({ command: plugin(folder, 'echo log in first >&2; exit 3') })).toMatch(/failed: log in first/)
  expect(await why({ command: plugin(folder, 'echo hello') })).toContain('printed no JSON')
  expect(await why({ command: plugin(folder, `echo '${credential({})}'`) })).toContain('neither a token nor')
  expect(world.cluster.requests).toEqual([])
})

test('all impersonation fields are sent, with one header for each group', async ({ world }) => {
  const user = {
    token: 't',
    as: 'ann',
    'as-uid': 'u1',
    'as-groups': ['a', 'b', 'c'],
    'as-user-extra': { 'x/y': ['1', '2'] },
  }
  const { core } = clientOf(read(write(world.folder, { server: world.served.url }, user)).config)
  await core.listNamespace()
  expect(lastHeaders(world)).toMatchObject({
    ...{ 'impersonate-user': ['ann'], 'impersonate-uid': ['u1'], 'impersonate-group': ['a', 'b', 'c'] },
    'impersonate-extra-x%2fy': ['1', '2'],
  })
})

test('fields that meshdrill cannot obey or that kubectl refuses are errors with their names', ({ world }) => {
  const { folder, served } = world
  const server = served.url
  const of = (cluster: object, user: object = {}): string => refusal(write(folder, cluster, user))
  expect(of({ server }, { 'auth-provider': { name: 'gcp' } })).toMatch(/user "me" has an auth-provider.*exec plugin/)
  expect(of({ server }, { 'as-groups': ['a'] })).toContain('without naming one in "as"')
  expect(of({ server }, { 'as-something': 'a' })).toContain('fields that meshdrill does not know: as-something')
  expect(of({ server, 'certificate-authority': 'gone.crt' })).toMatch(
    /certificate-authority of cluster "here", ".*gone\.crt", cannot be read \(ENOENT\)/,
  )
  expect(of({ server }, { 'client-certificate': 'gone.crt', 'client-key': 'gone.key' })).toContain('gone.crt')
  expect(of({ server }, { tokenFile: 'gone' })).toContain('the tokenFile of user "me"')
  expect(of({ server }, { token: 't', username: 'u' })).toContain('both a token and a username')
  expect(of({ server, 'proxy-url': 'ftp://p' })).toContain('proxy-url that is not one of http, https or socks5')
  expect(of({ server: 'here' })).toContain('which is not a URL')
  expect(of({ server }, { exec: { apiVersion: 'client.authentication.k8s.io/v1alpha1', command: 'x' } })).toContain(
    'v1alpha1',
  )
  expect(of({ server }, { exec: { apiVersion: API, command: 'x', interactiveMode: 'Always' } })).toContain('Always')
})

test('the error of an invalid server certificate says if it expired, or if its name or authority is wrong', async ({
  world,
}) => {
  const authority = makeAuthority(world.folder, 'ca')
  const other = makeAuthority(world.folder, 'other')
  const why = async (made: { cert: string; key: string }, cluster: object = {}): Promise<string> => {
    const served = await serveClusters(() => world.cluster, { tls: { cert: made.cert, key: made.key } })
    const file = write(world.folder, { server: served.url, 'certificate-authority': 'ca.crt', ...cluster })
    const said = await identifyCluster(read(file)).then(() => 'reached', messageOf)
    await served.close()
    return said
  }
  expect(await why(makeCertificate(world.folder, 'old', authority, { days: -1 }))).toMatch(
    /has expired \(CERT_HAS_EXPIRED\)/,
  )
  const named = makeCertificate(world.folder, 'named', authority, { names: 'DNS:api.example' })
  expect(await why(named)).toMatch(/for other names.*ALTNAME_INVALID/)
  expect(await why(named, { 'tls-server-name': 'api.example' })).toBe('reached')
  const theirs = makeCertificate(world.folder, 'theirs', other)
  expect(await why(theirs)).toMatch(/not from the CA of the kubeconfig/)
  const skip = { 'certificate-authority': '', 'insecure-skip-tls-verify': true }
  expect(await why(theirs, skip)).toBe('reached')
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  try {
    expect(await why(theirs)).toMatch(/not from the CA of the kubeconfig/)
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
  }
})

test('a proxy of the kubeconfig or of the shell is used for plain and for TLS connections', async ({ world }) => {
  const authority = makeAuthority(world.folder, 'ca')
  const made = makeCertificate(world.folder, 'server', authority, { names: 'DNS:api.example' })
  const secure = await serveClusters(() => world.cluster, { tls: { cert: made.cert, key: made.key } })
  const [tls, plain] = [await startProxy(secure.url), await startProxy(world.served.url)]
  const file = write(world.folder, { server: 'https://api.example', 'certificate-authority': 'ca.crt' })
  expect((await identifyCluster(read(file, { HTTPS_PROXY: tls.url }))).uid).toBe(world.cluster.uid)
  expect(tls.asked).toContain('CONNECT api.example:443')
  await identifyCluster(read(write(world.folder, { server: 'http://api.example:8080' }), { HTTP_PROXY: plain.url }))
  expect(plain.asked).toContain('GET http://api.example:8080/version')
  await identifyCluster(
    read(write(world.folder, { server: 'http://api.example:8080', 'proxy-url': plain.url }), { NO_PROXY: '*' }),
  )
  for (const one of [tls, plain]) await one.close()
  await secure.close()
})

test('a cluster UID that is not a UUID is an error without control characters', async ({ world }) => {
  for (const uid of ['../victim', '$(touch pwned)', '\u001b[2K', 'AAAA']) {
    world.cluster.put('/api/v1/namespaces/kube-system', { metadata: { name: 'kube-system', uid } })
    const said = await identifyCluster(read(write(world.folder, { server: world.served.url }))).then(
      () => 'reached',
      messageOf,
    )
    expect(said).toContain('is not a UUID')
    expect(said).not.toMatch(/\p{Cc}/u)
  }
})

test('an API server at an IPv6 address is reached', async ({ world }) => {
  const served = await serveClusters(() => world.cluster, { host: '::1' }).catch(() => null)
  test.skip(served === null, 'this machine has no IPv6')
  expect((await identifyCluster(read(write(world.folder, { server: served?.url ?? '' })))).uid).toBe(world.cluster.uid)
  await served?.close()
})
