import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { childEnvironment } from '../../system/child-settings.ts'
import { credentialsOf } from './credentials.ts'
import { guardOf } from './guard.ts'
import { readAccess } from './kubeconfig.ts'
import { proxyVariables } from './proxy.ts'
import { staticKubeconfigText } from './serialise.ts'

/** Access of a child process to a cluster: a kubeconfig and the whole environment. */
export interface ChildAccess {
  kubeconfig: string
  env: Record<string, string>
}

/** Credentials of a child must stay valid for this time. Children end sooner. */
const MIN_VALIDITY_MS = 5 * 60_000

/**
 * Lets a child process such as helm use a cluster. It gets only the credentials that were used to verify the cluster: a plugin
 * that the child runs itself could return other ones. From the user's shell it gets only the proxy variables, for downloads. It
 * reaches the cluster in the same way as meshdrill.
 */
export async function withChildAccess<T>(kubeconfig: string, use: (child: ChildAccess) => Promise<T>): Promise<T> {
  const access = readAccess(kubeconfig)
  const credentials = await credentialsOf(access)(MIN_VALIDITY_MS)
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
