import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { readConfig } from '../../../../lib/config/config.ts'
import {
  ensureWatchdog,
  watchdogEnvironment,
  endWatchdog,
  readWatchdog,
  writeWatchdog,
} from '../../../../lib/faults/undo/watchdog.ts'
import { compileProgram } from '../../../../lib/system/compile.ts'
import { pending, waitFor } from '../../../../lib/system/wait.ts'
import { identify, isRunning, killProcess } from '../../../../lib/system/process.ts'

const main = join(import.meta.dirname, 'aborts', 'watchdog.main.ts')
test.beforeAll(() => compileProgram(main))

const config = readConfig({ MESHDRILL_CLUSTER: 'embedded' })

const CANARIES = {
  HTTPS_PROXY: 'http://canary-proxy',
  http_proxy: 'http://canary-lower-proxy',
  KUBECONFIG: '/canary-kubeconfig',
  AWS_SECRET_ACCESS_KEY: 'canary-cloud-key',
  MESHDRILL_S3_SECRET_KEY: 'canary-store-key',
  HELM_KUBETOKEN: 'canary-token',
  NODE_OPTIONS: '--title=canary-options',
  GITHUB_TOKEN: 'canary-ci-token',
}

test('a watchdog inherits no proxy, kubeconfig or secret of the user', () => {
  const kept = { PATH: '/bin', XDG_STATE_HOME: '/state', MESHDRILL_RUN_UID: 'run' }
  const environment = watchdogEnvironment({ ...CANARIES, ...kept })
  expect(JSON.stringify(environment)).not.toContain('canary')
  expect(environment).toMatchObject(kept)
})

test('a running watchdog has no variables of the shell in its environment, and no settings in its arguments', async () => {
  const folder = test.info().outputPath('lab')
  const before = { ...process.env }
  Object.assign(process.env, CANARIES)
  try {
    await ensureWatchdog(folder, {
      ownerPid: process.pid,
      config: { ...config, cell: 'canary-setting' },
      main,
    })
  } finally {
    for (const name of Object.keys(CANARIES)) Reflect.deleteProperty(process.env, name)
    Object.assign(process.env, before)
  }
  const watchdog = await readWatchdog(folder)
  if (watchdog === null) throw new Error('no watchdog was noted')
  try {
    test.skip(process.platform !== 'linux', 'other systems do not show the environment of a process')
    const shown = ['environ', 'cmdline'].map((file) => readFileSync(`/proc/${watchdog.pid}/${file}`, 'utf8'))
    expect(shown.join('')).toContain('watchdog.main.ts')
    expect(shown.join('')).not.toContain('canary')
  } finally {
    await killProcess(watchdog)
  }
})

test('the end of a lab ends its watchdog, which could restart nodes and the store', async () => {
  const folder = test.info().outputPath('lab')
  mkdirSync(folder, { recursive: true })
  const child = spawn('sleep', ['60'])
  const watchdog = await identify(child.pid ?? 0)
  await writeWatchdog(folder, { ...watchdog, owner: watchdog })
  await endWatchdog(folder)
  expect(await isRunning(watchdog)).toBe(false)
})

test('the end of a lab does not end a later process with the PID of its watchdog', async () => {
  const folder = test.info().outputPath('lab')
  mkdirSync(folder, { recursive: true })
  const child = spawn('sleep', ['60'])
  const other = await identify(child.pid ?? 0)
  await writeWatchdog(folder, { pid: other.pid, born: 'long ago', owner: other })
  await endWatchdog(folder)
  expect(await isRunning(other)).toBe(true)
  await killProcess(other)
})

test('a watchdog ends by itself when its run has ended and there is nothing to undo', async () => {
  const folder = test.info().outputPath('lab')
  const run = spawn('sleep', ['60'])
  await ensureWatchdog(folder, {
    ownerPid: run.pid ?? 0,
    config,
    main,
  })
  const watchdog = await readWatchdog(folder)
  if (watchdog === null) throw new Error('no watchdog was noted')
  run.kill('SIGKILL')
  await waitFor('watchdog ended', async () => ((await isRunning(watchdog)) ? pending('it runs') : true), {
    timeout: '60s',
  })
})
