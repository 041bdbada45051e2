import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Servers of a seeded case: the confirmed cluster, another cluster, and proxies to both. */
export interface Places {
  confirmed: string
  other: string
  proxyToConfirmed: string
  proxyToOther: string
  /** CA of the confirmed cluster behind a proxy, as PEM. */
  authority: string
}

/** An event between two steps of a run. */
export type Disturbance =
  | 'none'
  | 'current context'
  | 'server in the file'
  | 'credentials'
  | 'server behind the address'
  | 'proxy of the shell'
  | 'lease'
  | 'no file'

export interface SeededCase {
  files: string[]
  context: string
  env: Record<string, string>
  /** True if the chosen context leads to the confirmed cluster at the start. */
  leadsToConfirmed: boolean
  disturbance: Disturbance
  /** The step before the event. */
  step: number
  /** Changes the files on the disk according to the disturbance. */
  disturb: () => void
}

/** The random number generator mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const NAMES = [
  'mine',
  'prod cluster',
  '$(touch pwned)',
  'kind-a',
  "it's",
  '[x]',
  'arn:aws:eks:eu:1:cluster/x',
  'a/b',
  'ümlaut',
]
const DISTURBANCES: Disturbance[] = [
  ...(['none', 'none', 'current context', 'server in the file', 'credentials', 'credentials'] as const),
  ...(['server behind the address', 'proxy of the shell', 'lease', 'no file'] as const),
]
const API = 'client.authentication.k8s.io/v1'

/** Writes a random kubeconfig below `folder`, and chooses a disturbance. Token "a" is for the confirmed cluster, "b" for another. */
export function drawCase(folder: string, seed: number, places: Places): SeededCase {
  const random = randomOf(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const chance = (share: number): boolean => random() < share
  mkdirSync(folder, { recursive: true })
  const leadsToConfirmed = !chance(0.2)
  const context = pick(NAMES)
  const tokenFile = join(folder, 'token')
  const token = leadsToConfirmed ? 'a' : 'b'
  writeFileSync(tokenFile, token)
  const kind = pick(['token', 'tokenFile', 'tokenFile', 'both', ...(chance(0.35) ? ['plugin', 'plugin'] : [])])
  const route = pick(['direct', 'direct', 'proxy-url', 'variable', 'loopback with a variable'])
  const env: Record<string, string> = {}
  if (route === 'variable') env[pick(['HTTPS_PROXY', 'https_proxy'])] = places.proxyToConfirmed
  if (route === 'loopback with a variable') env.HTTP_PROXY = places.proxyToOther
  if (route === 'proxy-url') Object.assign(env, { HTTPS_PROXY: places.proxyToOther, NO_PROXY: pick(['*', '']) })
  const far = {
    server: 'https://api.example:8443',
    'certificate-authority-data': Buffer.from(places.authority).toString('base64'),
  }
  const near = { server: places.confirmed }
  const isNear = route === 'direct' || route === 'loopback with a variable'
  const cluster = {
    ...(isNear ? near : far),
    ...(route === 'proxy-url' ? { 'proxy-url': places.proxyToConfirmed } : {}),
  }
  const userOf = (): object => {
    if (kind === 'token') return { token }
    if (kind === 'tokenFile') return { tokenFile: chance(0.5) ? 'token' : tokenFile }
    if (kind === 'both') return { token, tokenFile }
    writePlugin(join(folder, 'plugin'), tokenFile)
    return {
      exec: { apiVersion: API, command: './plugin', interactiveMode: 'IfAvailable', provideClusterInfo: chance(0.5) },
    }
  }
  const user = userOf()
  const write = (file: string, target: object, by: object): void => {
    const entries = NAMES.map((name) => ({
      name,
      context: { cluster: name === context ? 'c' : 'z', user: name === context ? 'u' : 'z' },
    }))
    const config = {
      clusters: [
        { name: 'c', cluster: target },
        { name: 'z', cluster: { server: places.other } },
      ],
      users: [
        { name: 'u', user: by },
        { name: 'z', user: { token: 'b' } },
      ],
      contexts: chance(0.5) ? entries : entries.reverse(),
      'current-context': pick(NAMES),
    }
    writeFileSync(file, JSON.stringify(config))
  }
  const main = join(folder, 'config')
  write(main, cluster, user)
  const later = join(folder, 'later')
  write(later, { server: places.other }, { token: 'b' })
  const empty = join(folder, 'empty')
  writeFileSync(empty, pick(['', '# nothing\n', '---\n']))
  const before = chance(0.3) ? [empty] : chance(0.2) ? [join(folder, 'missing')] : []
  const files = [...before, main, ...(chance(0.4) ? [later] : [])].map((file) =>
    chance(0.3) ? relative('.', file) : file,
  )
  const disturbance = pick(DISTURBANCES)
  return {
    ...{ files, context, env, leadsToConfirmed, disturbance, step: Math.floor(random() * 5) },
    disturb() {
      if (disturbance === 'current context') write(main, { server: places.other }, { token: 'b' })
      if (disturbance === 'server in the file') write(main, { server: places.other }, user)
      if (disturbance === 'credentials') writeFileSync(tokenFile, pick(['b', 'b', 'unknown']))
      if (disturbance === 'no file') writeFileSync(main, '')
    },
  }
}

/** A plugin that runs for each request, because its credentials have always expired. */
function writePlugin(file: string, tokenFile: string): void {
  const ended = '2020-01-01T00:00:00Z'
  const body = `{"apiVersion":"${API}","kind":"ExecCredential","status":{"token":"%s","expirationTimestamp":"${ended}"}}`
  writeFileSync(file, `#!/bin/sh\nread -r token <'${tokenFile}'\nprintf '${body}' "$token"\n`)
  chmodSync(file, 0o755)
}
