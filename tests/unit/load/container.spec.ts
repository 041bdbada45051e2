import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import type { Artifacts } from '../../../lib/lab/artifacts.ts'
import { bringK6, chooseK6 } from '../../../lib/clusters/existing/k6.ts'
import { reachBeside } from '../../../lib/clusters/kind/ports.ts'
import { publicArtifacts } from '../../../lib/clusters/public/artifacts.ts'
import { readConfig } from '../../../lib/config/config.ts'
import {
  loadSettings,
  OUTCOMES_IN_CONTAINER,
  scriptInContainer,
  holdContainer,
  type EndSignal,
  type HeldContainer,
} from '../../../lib/load/container.ts'
import type { K6Container } from '../../../lib/lab/cluster.ts'
import { ledger } from '../../../lib/workloads/ledger/ledger.ts'
import { startLoad } from '../../../lib/load/runner.ts'
import { standIn, type Answers, type StandInProgram } from '../stand-ins/docker.ts'

/** A load in a container: the parts that can be tested without Docker. */
const test = base.extend<{ use: (answers: Answers) => StandInProgram }>({
  use: async ({}, use, testInfo) => {
    const { PATH } = process.env
    await use((answers) => {
      const program = standIn(testInfo.outputPath('programs'), 'docker', answers)
      process.env.PATH = program.path
      return program
    })
    process.env.PATH = PATH
  },
})

const IMAGE = 'docker.io/grafana/k6:1.8.1'
const ANSWERS: Answers = [['version', '27.0.0']]
const SILENT: Answers = [['', '!Cannot connect to the Docker daemon']]

const artifacts = (k6: string | Error): Artifacts => ({
  ...publicArtifacts({ images: {}, found: {} }),
  binary: () => (typeof k6 === 'string' ? Promise.resolve(k6) : Promise.reject(k6)),
})
const missing = artifacts(new Error('there is no "k6" in PATH. Next: https'))
const found = { artifacts: 'public', k6: 'found' } as const

test.describe('what runs the load', () => {
  test('the load uses the k6 program if it exists, and does not ask Docker', async ({ use }) => {
    const docker = use(ANSWERS)
    expect(await chooseK6(found, artifacts('/bin/k6'))).toBe('/bin/k6')
    expect(docker.calls()).toEqual([])
  })

  test('the load uses a container of the pinned image if there is no k6 program, in the network of this machine or of kind', async ({
    use,
  }) => {
    use(ANSWERS)
    const container = { image: IMAGE, pulls: true }
    expect(await chooseK6(found, missing)).toMatchObject({ ...container, network: 'host' })
    const kind = { network: 'meshdrill', labels: { 'dev.meshdrill': 'lab' }, reach: reachBeside(43_211) }
    const chosen = await chooseK6({ ...found, made: { images: {}, k6: kind } }, missing)
    expect(chosen).toEqual({ ...container, ...kind })
    expect(await chooseK6({ ...found, k6: 'container' }, artifacts('/bin/k6'))).toMatchObject(container)
  })

  test('without k6 and Docker, the error names both ways to get k6', async ({ use }) => {
    use(SILENT)
    await expect(chooseK6(found, missing)).rejects.toThrow(
      /^there is no "k6" in PATH\. Next: https[.] It cannot run in a container either: Docker does not answer .*Next: docker info$/,
    )
    await expect(chooseK6({ ...found, k6: 'container' }, missing)).rejects.toThrow(
      /^MESHDRILL_K6=container: Docker does not answer/,
    )
  })

  test('a k6 that cannot be built is not replaced by a container of another build', async ({ use }) => {
    const docker = use(ANSWERS)
    const broken = artifacts(new Error('"k6" could not be built'))
    await expect(chooseK6({ ...found, artifacts: 'built' }, broken)).rejects.toThrow(/^"k6" could not be built$/)
    expect(docker.calls()).toEqual([])
  })

  test('the image of k6 is pulled before the drills, and its version is reported', async ({ use }) => {
    const docker = use([...ANSWERS, ['pull', 'done']])
    const log: string[] = []
    const chosen = await chooseK6({ ...found, k6: 'container' }, missing)
    const brought = await bringK6(chosen as K6Container, (line) => log.push(line))
    expect(brought).toEqual({ version: '1.8.1', source: `the image ${IMAGE}` })
    expect(docker.calls()).toContain(`pull --quiet ${IMAGE}`)
    expect(log[0]).toBe(`the load runs in containers of ${IMAGE}`)
  })

  test('the configuration chooses k6, except for a cluster that builds its own', () => {
    expect(readConfig({ MESHDRILL_CLUSTER: 'kind' }).kind?.k6).toBe('found')
    expect(readConfig({ MESHDRILL_CLUSTER: 'kind', MESHDRILL_K6: 'container' }).kind?.k6).toBe('container')
    expect(() => readConfig({ MESHDRILL_CLUSTER: 'kind', MESHDRILL_K6: '/bin/k6' })).toThrow(/one of found, container/)
    expect(() => readConfig({ MESHDRILL_CLUSTER: 'embedded', MESHDRILL_K6: 'container' })).toThrow(
      /MESHDRILL_K6 has no effect with the cluster "embedded"/,
    )
  })
})

test('a container in the network of the nodes connects to the gateway directly', () => {
  const reach = reachBeside(43_211)
  expect(reach('http://127.0.0.1:43211')).toBe('http://meshdrill-control-plane:30080')
  expect(reach('http://127.0.0.1:8080/x')).toBe('http://127.0.0.1:8080/x')
  expect(reachBeside(null)('http://172.18.0.2:31234')).toBe('http://172.18.0.2:31234')
})

const K6: K6Container = {
  image: 'localhost/k6:1',
  network: 'meshdrill',
  labels: { a: 'b' },
  pulls: false,
  reach: reachBeside(43_211),
}

test('the container of k6 can read the library and write the folder of the drill', ({ use }, testInfo) => {
  use(SILENT)
  const folder = testInfo.outputPath()
  const inContainer = scriptInContainer(ledger.clients.load)
  const { mounts, ...settings } = loadSettings(K6, { args: ['run', inContainer], folder })
  expect(settings).toMatchObject({ image: 'localhost/k6:1', network: 'meshdrill', labels: { a: 'b' }, pulls: false })
  expect(settings.command).toEqual(['run', inContainer])
  const [library, results] = mounts
  expect(results).toEqual({ source: folder, target: dirname(OUTCOMES_IN_CONTAINER), mode: 'rw' })
  expect(library?.mode).toBe('ro')
  const script = inContainer.replace(library?.target ?? '', library?.source ?? '')
  expect(existsSync(script)).toBe(true)
  expect(existsSync(join(script, '..', '..', '..', 'load', 'script.ts'))).toBe(true)
})

test('a k6 script outside the library is refused, because the container does not have it', ({ use }) => {
  use(SILENT)
  expect(() => scriptInContainer('/home/user/load.ts')).toThrow(/"\/home\/user\/load.ts" is not in/)
})

test('a container that cannot be started is an error with Docker’s output', async ({ use }, testInfo) => {
  use(SILENT)
  const route = { url: 'http://127.0.0.1:43211', host: 'web' }
  const load = startLoad({
    k6: K6,
    script: ledger.clients.load,
    route,
    seed: 7,
    seeded: 10,
    rate: 40,
    folder: testInfo.outputPath(),
  })
  await expect(load).rejects.toThrow(/k6 ended before its first request: exit code 1; .*Cannot connect to the Docker/)
})

/** A container that ends on a signal, like after `docker kill`, and the log of its calls. */
function aContainer(code: number | Error) {
  const done: string[] = []
  let end: () => void = () => undefined
  const over = new Promise<void>((resolve) => (end = resolve))
  const container: HeldContainer = {
    kill(signal) {
      done.push(signal)
      end()
      return signal === 'SIGKILL' ? Promise.reject(new Error('is not running')) : Promise.resolve()
    },
    async ended() {
      await over
      if (code instanceof Error) throw code
      return code
    },
    remove: () => Promise.resolve(done.push('removed')),
  }
  return { container, done }
}

test.describe('the end of a container', () => {
  const run = (code: number | Error, ask: (send: (signal: EndSignal) => void, started: () => void) => void) => {
    const { container, done } = aContainer(code)
    const said: string[] = []
    let started: () => void = () => undefined
    const begun = new Promise<void>((resolve) => (started = resolve))
    const start = () => begun.then(() => container)
    const listen = (send: (signal: EndSignal) => void) => {
      ask(send, started)
    }
    const held = holdContainer(start, { listen, complain: (line) => said.push(line) })
    return { held, done, said }
  }

  test('a container of k6 ends by the requested signal, and its exit code is returned', async () => {
    const { held, done } = run(105, (send, started) => {
      started()
      setTimeout(() => {
        send('SIGINT')
      }, 20)
    })
    expect(await held).toBe(105)
    expect(done).toEqual(['SIGINT', 'removed'])
  })

  test('a signal before the start of a container ends it after its start', async () => {
    const { held, done } = run(105, (send, started) => {
      send('SIGINT')
      setTimeout(started, 20)
    })
    expect(await held).toBe(105)
    expect(done).toEqual(['SIGINT', 'removed'])
  })

  test('an ended container is removed even if Docker fails', async () => {
    const { held, done, said } = run(new Error('Docker went away'), (send, started) => {
      send('SIGKILL')
      started()
    })
    await expect(held).rejects.toThrow('Docker went away')
    expect(done).toEqual(['SIGKILL', 'removed'])
    expect(said).toEqual(['SIGKILL did not reach the container: Error: is not running'])
  })
})
