import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test, type TestInfo } from '@playwright/test'
import { type CoreV1Api, V1SecretList } from '@kubernetes/client-node'
import { canaryFinder, filesBelow } from '../../../bench/canaries/find.ts'
import { attachResult } from '../../../fixtures/attachments.ts'
import type { Artifacts } from '../../../lib/lab/artifacts.ts'
import { docker } from '../../../lib/docker/docker.ts'
import { recordStep } from '../../../lib/drill/context.ts'
import { execute } from '../../../lib/kube/exec.ts'
import { installChart } from '../../../lib/lab/charts.ts'
import type { Lab } from '../../../lib/lab/lab.ts'
import { printableText } from '../../../lib/output/print.ts'
import { protectSecret, formsOf } from '../../../lib/output/secrets.ts'
import type { DrillFact } from '../../../lib/record/facts.ts'
import { openRecorder } from '../../../lib/record/recorder.ts'
import { redactReported } from '../../../lib/report/reporter.ts'
import { writeResults } from '../../../lib/report/results.ts'
import { openBucket } from '../../../lib/store/s3.ts'
import { listSnapshots } from '../../../lib/components/restic/repository.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { createRandom } from '../../../lib/verdict/statistics/random.ts'
import { buildDrill, buildRun } from '../verdict/facts-builder.ts'
import { standIn } from '../stand-ins/docker.ts'
import { startExecServer } from '../stand-ins/exec-server.ts'
import { labWith, only } from '../stand-ins/lab.ts'

const COUNT = 1000
const SEED = 14
const HARD = `abcXYZ0189+/&'"<>$ !`

/** Secrets like those of users: some are random, some contain characters that each encoding changes. */
function drawCanaries(): string[] {
  const random = createRandom(SEED)
  const draw = (from: string) => from.charAt(Math.floor(random() * from.length))
  return Array.from({ length: COUNT }, (_, index) => {
    const tail = Array.from({ length: 14 }, () => draw(index % 2 === 0 ? 'abcdef0123456789' : HARD)).join('')
    return `c4${index.toString(36)}x${tail}z`
  })
}

/** An answer of a server or program with a canary in it: in each of its forms, and folded as in YAML. */
const sayWith = (canary: string): string =>
  [...formsOf(canary), `"${canary.slice(0, 9)}\\\n    ${canary.slice(9)}"`, ...formsOf(`key=${canary}`)].join('\n')

/** A lab with programs, a store and an API server that repeat every canary in their answers. */
async function openWorld(testInfo: TestInfo) {
  let said = ''
  const folder = testInfo.outputPath('programs')
  const says = testInfo.outputPath('said')
  const programs = Object.fromEntries(
    ['helm', 'restic', 'docker'].map((name) => [name, standIn(folder, name, [['', '!']])] as const),
  )
  for (const name of Object.keys(programs)) {
    const calls = `echo "$*" >> '${join(folder, `${name}.calls`)}'`
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${calls}\ncat '${says}' >&2; exit 1\n`)
  }
  const store = createServer((_request, response) => response.writeHead(500).end(said))
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve))
  const api = await startExecServer(() => ({ stderr: said }))
  // Nothing is installed in this cluster yet, so helm is called.
  const core = only<CoreV1Api>({
    listNamespacedSecret: () => Promise.resolve(Object.assign(new V1SecretList(), { items: [] })),
  })
  const base = labWith(() => ({
    config: api.config,
    core,
    get: () => Promise.resolve(null),
    create: () => Promise.resolve(),
  }))
  const artifacts: Artifacts = {
    ...base.artifacts,
    binary: (name) => Promise.resolve(join(folder, 'bin', name)),
    chart: () => Promise.resolve({ path: 'chart', values: {} }),
  }
  const url = `http://127.0.0.1:${(store.address() as AddressInfo).port}`
  const kubeconfig = testInfo.outputPath('kubeconfig')
  writeFileSync(kubeconfig, api.config.exportConfig())
  const labOf = (canary: string): Lab => ({
    ...base,
    cluster: { ...base.cluster, kubeconfig },
    artifacts,
    store: { ...base.store, url, accessKey: `access${canary}`, secretKey: canary },
  })
  return {
    labOf,
    path: `${join(folder, 'bin')}:/usr/bin:/bin`,
    speak(text: string) {
      said = text
      writeFileSync(says, text)
    },
    /** Texts that left this process: URLs of execs and arguments of programs. */
    seen: () => [...api.urls.map(decodeURIComponent), ...Object.values(programs).flatMap(({ calls }) => calls())],
    async close() {
      await api.close()
      store.close()
    },
  }
}

const target = { namespace: 'n', pod: 'p', container: 'c' }

/** Calls through which a secret could leave the process. Each fails with the other side's answer. */
const ways: [name: string, go: (lab: Lab, canary: string) => Promise<unknown>][] = [
  ['an exec', ({ kube }) => execute(kube, target, ['true'])],
  ['arguments of an exec', ({ kube }, canary) => execute(kube, target, ['sh', '-c', 'echo "$1"', 'sh', canary])],
  ['helm', (lab) => installChart(lab, { name: 'r', namespace: 'n', chart: 'a/b', podSecurity: 'baseline' })],
  ['restic', (lab) => listSnapshots(lab, { url: `s3:${lab.store.url}/bucket` })],
  ['docker', () => docker(['version'])],
  ['the store', (lab) => openBucket(lab.store).list('x')],
  ['a URL', (_, canary) => Promise.reject(new Error(`fetch of http://user:${encodeURIComponent(canary)}@host failed`))],
  ['a cause', (_, canary) => Promise.reject(new Error('failed', { cause: new Error(sayWith(canary)) }))],
  ['many errors', (_, canary) => Promise.reject(new AggregateError([new Error(sayWith(canary))], sayWith(canary)))],
  [
    'an answer',
    (_, canary) => Promise.reject(Object.assign(new Error('HTTP 403'), { body: { message: sayWith(canary) } })),
  ],
]

/** The complete content of an error, as a test runner prints it. */
const unfold = (error: unknown): string =>
  error instanceof Error
    ? [error.stack, JSON.stringify(error, Object.getOwnPropertyNames(error)), unfold(error.cause)].join('\n')
    : String(error)

test('of 1,000 secrets none is in events, reports, attachments, printed lines, URLs or arguments', async ({}, testInfo) => {
  test.setTimeout(300_000)
  const canaries = drawCanaries()
  const world = await openWorld(testInfo)
  const run = testInfo.outputPath('run')
  mkdirSync(run)
  const recorder = openRecorder(join(run, 'events.jsonl'))
  const printed: string[] = []
  const heard: string[] = []
  const { PATH } = process.env
  process.env.PATH = world.path
  const drill = buildDrill()
  const facts: DrillFact[] = []
  try {
    for (const fact of buildRun(drill.slice(0, -1))) if (fact.kind !== 'run.ended') recorder.record(fact)
    canaries.forEach(protectSecret)
    for (const [index, canary] of canaries.entries()) {
      const [name, go] = ways[index % ways.length] ?? ['', () => Promise.resolve()]
      world.speak(sayWith(canary))
      heard.push(sayWith(canary))
      const record = (body: object): void => {
        const fact = { ...body, at: drill.at(-2)?.at ?? 0, drill: drill[0]?.drill ?? '' } as DrillFact
        facts.push(fact)
        recorder.record(fact)
      }
      const error: unknown = await recordStep(record, 'break', name, () => go(world.labOf(canary), canary)).catch(
        (thrown: unknown) => thrown,
      )
      expect(error, name).toBeInstanceOf(Error)
      const reported = { errors: [{ message: sayWith(canary), stack: unfold(error) }], stdout: [sayWith(canary)] }
      redactReported(reported)
      printed.push(unfold(error), printableText(sayWith(canary)), JSON.stringify(reported))
    }
    for (const fact of drill.slice(-1)) recorder.record(fact)
  } finally {
    process.env.PATH = PATH
    recorder.close()
    await world.close()
  }
  writeResults(run)
  const result = { ...judgeDrill(drill), reasons: heard.slice(0, 20) }
  const info = { outputPath: (name: string) => join(run, name), attach: () => Promise.resolve() }
  await attachResult(info as unknown as TestInfo, drill, result)

  const find = canaryFinder(canaries)
  // Proves the finder: it finds each canary in the answers.
  expect(new Set(find(Buffer.from(heard.join('\n')), 'said').map(({ canary }) => canary)).size).toBe(COUNT)
  expect(new Set(find(gzipSync(heard.join('\n')), 'packed').map(({ canary }) => canary)).size).toBe(COUNT)
  const outside = [
    ...find(Buffer.from(printed.join('\n')), 'printed and reported'),
    ...find(Buffer.from(world.seen().join('\n')), 'URLs and arguments'),
    ...filesBelow(run).flatMap((file) => find(readFileSync(file), file)),
  ]
  expect(world.seen().length).toBeGreaterThanOrEqual(COUNT / 3)
  expect(filesBelow(run).length).toBeGreaterThanOrEqual(5)
  expect(outside.map(({ canary, where }) => `${canary} in ${where}`)).toEqual([])
})
