import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { childEnvironment } from '../../system/child-settings.ts'
import { credentialsOf } from './credentials.ts'
import { guardOf } from './guard.ts'
import { readAccess } from './kubeconfig.ts'
import { proxyVariables } from './proxy.ts'
import { staticKubeconfigText } from './serialise.ts'

/** What a child gets that works with a cluster: a kubeconfig, and a whole environment. */
export interface ChildAccess {
  kubeconfig: string
  env: Record<string, string>
}

/** Longer than any child runs. */
const LAST_MS = 5 * 60_000

/**
 * Lets a child such as helm work with a cluster. The server is asked who it is with the credentials that the child gets, and the
 * child gets no others: a plugin that it ran itself could lead it elsewhere. Of the user's shell it has the proxies alone, for
 * downloads; to the cluster it goes the way that meshdrill goes.
 */
export async function withChildAccess<T>(kubeconfig: string, use: (child: ChildAccess) => Promise<T>): Promise<T> {
  const access = readAccess(kubeconfig)
  const credentials = await credentialsOf(access)(LAST_MS)
  await guardOf(kubeconfig, access)?.check(credentials, true)
  const home = join(dirname(kubeconfig), 'home')
  await mkdir(home, { recursive: true, mode: 0o700 })
  const file = join(home, `kubeconfig-${randomUUID()}`)
  await writeFile(file, staticKubeconfigText(access, credentials), { mode: 0o600 })
  try {
    const direct = access.server.proxy === null ? new URL(access.server.url) : null
    return await use({ kubeconfig: file, env: childEnvironment(home, proxyVariables(process.env, direct)) })
  } finally {
    await rm(file, { force: true })
  }
}
