import { expect, test } from '@playwright/test'
import { execFile } from 'node:child_process'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hostEnvironment, startHost, type HostSpec } from '../../../lib/clusters/embedded/host.ts'
import { inFolder } from '../in-folder.ts'

const run = promisify(execFile)
const RUN = join(import.meta.dirname, '../../../lib/system/run.ts')

/** Sets environment variables during `body`. */
async function withVariables(variables: Record<string, string>, body: () => Promise<void>): Promise<void> {
  const before = { ...process.env }
  Object.assign(process.env, variables)
  try {
    await body()
  } finally {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = before[name]
    }
  }
}

const PROXIES = {
  HTTPS_PROXY: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
  https_proxy: 'http://127.0.0.1:9',
  all_proxy: 'socks5://127.0.0.1:9',
  NODE_USE_ENV_PROXY: '1',
}

test('a host inherits no proxy, no kubeconfig and no folder of the user', async () => {
  await withVariables({ ...PROXIES, KUBECONFIG: '/k', TMPDIR: '/home/ann/tmp', XDG_CACHE_HOME: '/c' }, async () => {
    expect(hostEnvironment('/lab/node-1')).toEqual({
      HOME: '/lab/node-1',
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    })
    await Promise.resolve()
  })
})

test('the starter of a host gets the environment of the host, and only its user can read the spec', async () => {
  await inFolder(async (folder) => {
    const host = join(folder, 'host')
    await mkdir(host)
    // Stand-in for node-init: writes its environment to a file, and stays as the host's first process.
    const nodeInit = join(folder, 'node-init')
    await writeFile(nodeInit, `#!/bin/sh\nenv > '${host}/env'\necho $$ > '${host}/init.pid'\nsleep 5\n`, {
      mode: 0o755,
    })
    const spec: HostSpec = {
      hostname: 'node-1',
      ...{ cgroup: '', ownerPid: 0, device: '', group: 1, bridge: '', mounts: [], setup: [], processes: [] },
      pidFile: join(host, 'init.pid'),
    }
    await withVariables(PROXIES, async () => {
      const { initPid } = await startHost(nodeInit, host, '10.200.0.2', spec)
      process.kill(initPid)
    })
    expect(await readFile(join(host, 'env'), 'utf8')).not.toMatch(/proxy/i)
    expect((await stat(join(host, 'spec.json'))).mode & 0o777).toBe(0o600)
  })
})

test('programs run with a umask of 022 even if the user has 077, and the umask of the user stays', async () => {
  await inFolder(async (folder) => {
    const program = join(folder, 'umask.mts')
    await writeFile(
      program,
      `import { run } from ${JSON.stringify(RUN)}
      const child = (await run('sh', ['-c', 'umask; echo "$1"', 'sh', "a 'b' $(c)"])).trim()
      console.log(JSON.stringify([child, (await import('node:process')).umask().toString(8)]))`,
    )
    const node = [process.execPath, '--import', import.meta.resolve('tsx'), program]
    const { stdout } = await run('sh', ['-c', 'umask 077; exec "$@"', 'sh', ...node])
    expect(JSON.parse(stdout)).toEqual(["0022\na 'b' $(c)", '77'])
  })
})

test('a host sets a umask of 022 before it creates files', async () => {
  const main = await readFile(join(import.meta.dirname, '../../../lib/clusters/embedded/node/main.go'), 'utf8')
  expect(main).toMatch(/const umask = 0o022\n\nfunc main\(\) \{\n\tsyscall\.Umask\(umask\)/)
})
