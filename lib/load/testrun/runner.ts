import { appendFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bundle } from '../../system/bundle.ts'
import { execute, type ExecTarget } from '../../kube/exec.ts'
import { followLog, type ContainerEnd } from '../../kube/follow-log.ts'
import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import { findUnsteady, measureClock, type ClockOffset, earliest, latest } from '../../kube/pod-clock.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { messageOf } from '../../system/file-error.ts'
import { foldRepeatedLines, OUTPUT_LIMIT, shortenMiddle, shellCommand } from '../../output/shorten.ts'
import type { LoadOptions, RunningLoad } from '../load.ts'
import { concludeLoad, parseOutcomes } from '../outcomes.ts'
import { OPERATOR_NAMESPACE } from '../../components/k6-operator/k6-operator.ts'

const LONGEST = '15m'
/** Exit codes of k6 without an error: finished (0), thresholds failed (99; there are none), stopped by a signal (105). */
const GOOD_EXITS = [0, 99, 105]

export const isGoodExit = (code: number): boolean => GOOD_EXITS.includes(code)

/** Flags that limit k6's output to the unchanged lines of the script and k6's own errors. */
export const K6_FLAGS = [
  '--no-color',
  '--summary-mode=disabled',
  '--no-usage-report',
  '--no-thresholds',
  '--log-format=raw',
]

/** The settings of script.ts, as arguments of k6. `url` is the gateway's address from k6. */
export function settingsOf({ route, seed, seeded, rate, settings: workload }: LoadOptions, url: string): string[] {
  const settings = {
    URL: url.replace(/\/$/, ''),
    ROUTE_HOST: route.host,
    SEED: seed,
    SEEDED: seeded,
    RATE: rate,
    DURATION: LONGEST,
    ...(workload === undefined ? {} : { WORKLOAD: workload }),
  }
  return Object.entries(settings).map(([name, value]) => `--env=${name}=${value}`)
}

const TEST_RUN = 'load'
/** Labels of the pods that the operator creates. */
const RUNNERS = { k6_cr: TEST_RUN, runner: 'true' }
const CONTAINER = 'k6'

/** Number and place of the load's pods. */
interface ClientPods {
  namespace: string
  parallelism: number
  /** Labels of the pods' nodes. */
  nodes: Record<string, string>
}

const testRunIn = (namespace: string): ObjectReference => ({
  apiVersion: 'k6.io/v1alpha1',
  kind: 'TestRun',
  metadata: { name: TEST_RUN, namespace },
})

/** The ConfigMap with the script, and the TestRun that distributes its requests over the pods. */
export function testRunObjects(
  lab: Lab,
  { namespace, parallelism, nodes }: ClientPods,
  options: LoadOptions,
  script: string,
): KubeObject[] {
  const pod = (image: string) => ({
    image: lab.artifacts.image(image),
    imagePullPolicy: 'IfNotPresent',
    nodeSelector: nodes,
  })
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: TEST_RUN, namespace }, data: { 'load.js': script } },
    {
      ...testRunIn(namespace),
      spec: {
        parallelism,
        script: { configMap: { name: TEST_RUN, file: 'load.js' } },
        arguments: [...K6_FLAGS, ...settingsOf(options, options.route.url)].join(' '),
        runner: { ...pod('grafana/k6'), resources: { requests: { cpu: '100m', memory: '128Mi' } } },
        starter: pod('grafana/k6-operator-starter'),
      },
    },
  ]
}

/** Log of one pod of the load up to now, and the offset of its clock. */
interface RunnerLog {
  text: string
  clock: ClockOffset
}

/**
 * Merges the lines of script.ts from the logs of several pods: in the order of time, by this machine's clock. Clock offsets
 * have an error. So `sent` gets the earliest possible time, and an outcome the latest. Leaves out k6's own errors between the
 * lines. If a log ends within a line, so does the result.
 */
export function mergeLines(logs: readonly RunnerLog[]): string {
  const merged = logs.flatMap(({ text, clock }) => {
    const whole = text.split('\n').slice(0, -1)
    return whole.filter(isOutcome).map((line) => toOwnClock(line, clock))
  })
  const torn = logs.some(({ text }) => isOutcome(text.slice(text.lastIndexOf('\n') + 1)))
  const sorted = merged.toSorted((one, other) => one.atMs - other.atMs).map(({ line }) => `${line}\n`)
  return sorted.join('') + (torn ? '[' : '')
}

const isOutcome = (line: string): boolean => line.startsWith('["')

/** Converts the time of a line to this machine's clock: field five of a sent request, field four of an outcome. */
function toOwnClock(line: string, clock: ClockOffset): { line: string; atMs: number } {
  const fields = JSON.parse(line) as unknown[]
  const [field, correct] = fields[0] === 'sent' ? [4, earliest] : [3, latest]
  const atMs = correct(Number(fields[field]), clock)
  return { line: JSON.stringify(fields.with(field, atMs)), atMs }
}

const STOP_TIMEOUT = '20s'

/** A pod of the load. */
interface Runner {
  target: ExecTarget
  clock: ClockOffset
  text: () => string
  /** Null while the pod runs. */
  end: () => ContainerEnd | Error | null
}

/**
 * Starts the load as a TestRun of k6-operator. Its pods share the requests by k6's execution segments. Resolves when each pod
 * has sent its first request. `options.route` is the route from a pod. The outcomes come from the pods' logs. Throws if the
 * operator refuses the script, or if the pods do not start.
 */
export async function startTestRun(lab: Lab, pods: ClientPods, options: LoadOptions): Promise<RunningLoad> {
  await mkdir(options.folder, { recursive: true })
  const script = await bundle(options.script, { platform: 'neutral', external: ['k6/*'] })
  await lab.kube.apply(testRunObjects(lab, pods, options, script))
  const targets = await waitForRunners(lab, pods)
  const runners = await Promise.all(targets.map((target) => watchRunner(lab, target, options.folder)))
  const outcomes = () =>
    Promise.resolve(runners.map(({ text, clock }) => ({ text: text(), clock })))
      .then(mergeLines)
      .then(parseOutcomes)
  await waitForFirstRequests(runners)
  let stopped: ReturnType<RunningLoad['stop']> | null = null
  const stop = async () => concludeLoad(outcomes, await stopRunners(lab, runners))
  return {
    writes: async () => (await outcomes()).writes,
    stop: () => (stopped ??= stop()),
  }
}

async function waitForRunners(lab: Lab, { namespace, parallelism }: ClientPods): Promise<ExecTarget[]> {
  return waitFor(
    `${parallelism} pods of TestRun ${namespace}/${TEST_RUN} running`,
    async () => {
      const run = await lab.kube.get<KubeObject & { status?: { stage?: string } }>(testRunIn(namespace))
      const stage = run?.status?.stage ?? 'none yet'
      if (stage === 'error')
        throw new Error(
          `k6-operator refused TestRun "${namespace}/${TEST_RUN}". Next: kubectl -n ${namespace} logs job/${TEST_RUN}-initializer; kubectl -n ${OPERATOR_NAMESPACE} logs deployment/k6-operator-controller-manager`,
        )
      const found = await lab.kube.pods(namespace, RUNNERS)
      const running = found.filter(({ status }) => status?.phase === 'Running')
      if (running.length < parallelism) return pending(`${running.length} of ${parallelism}, stage ${stage}`)
      return running.map(({ metadata: pod }) => ({ namespace, pod: pod?.name ?? '', container: CONTAINER }))
    },
    { timeout: '120s', hint: shellCommand`kubectl -n ${namespace} get testruns,jobs,pods` },
  )
}

async function watchRunner(lab: Lab, target: ExecTarget, folder: string): Promise<Runner> {
  const file = join(folder, `${target.pod}.log`)
  await rm(file, { force: true })
  const clock = await measureClock(lab.kube, target)
  let [text, end]: [string, ContainerEnd | Error | null] = ['', null]
  const onText = (more: string) => {
    text += more
    appendFileSync(file, more)
  }
  followLog(lab.kube, target, onText).then(
    (how) => (end = how),
    (error: unknown) => (end = error instanceof Error ? error : new Error(String(error))),
  )
  return { target, clock, text: () => text, end: () => end }
}

async function waitForFirstRequests(runners: Runner[]): Promise<void> {
  await waitFor(
    `the first requests of ${runners.length} pods of the load`,
    () => {
      const ended = runners.find(({ end }) => end() !== null)
      if (ended) throw new Error(`pod "${ended.target.pod}" ended before its first request: ${describeEnd(ended)}`)
      const silent = runners.filter(({ text }) => !text().includes('["'))
      return Promise.resolve(silent.length === 0 || pending(`${silent.length} pods have sent nothing yet`))
    },
    {
      timeout: '60s',
      every: '100ms',
      hint: shellCommand`kubectl -n ${runners[0]?.target.namespace ?? ''} logs job/${TEST_RUN}-starter`,
    },
  )
}

/**
 * Interrupts k6 in each pod, like Ctrl-C in a terminal, and waits for the end of its log, even after other errors. Returns
 * why the load cannot be trusted, else null.
 */
async function stopRunners(lab: Lab, runners: Runner[]): Promise<string | null> {
  const early = runners.find(({ end }) => end() !== null)
  const problems = [early ? `pod "${early.target.pod}" ended before it was stopped: ${describeEnd(early)}` : null]
  const running = runners.filter(({ end }) => end() === null)
  problems.push(...(await Promise.all(running.map(({ target, clock }) => findUnsteady(lab.kube, target, clock)))))
  problems.push(await interrupt(lab, running))
  const bad = runners.find(({ end }) => !endedWell(end()))
  problems.push(bad ? `pod "${bad.target.pod}" ended with an error: ${describeEnd(bad)}` : null)
  return problems.find((problem) => problem !== null) ?? null
}

/** Returns why some pods could not be interrupted, or did not end, else null. */
async function interrupt({ kube }: Lab, runners: Runner[]): Promise<string | null> {
  try {
    await Promise.all(runners.map(({ target }) => execute(kube, target, ['sh', '-c', 'kill -INT 1'])))
    await waitFor(
      'the pods of the load to end',
      () => Promise.resolve(runners.every(({ end }) => end() !== null) || pending('some still run')),
      { timeout: STOP_TIMEOUT, every: '50ms' },
    )
    return null
  } catch (error) {
    return messageOf(error)
  }
}

const endedWell = (end: ContainerEnd | Error | null): boolean =>
  end !== null && !(end instanceof Error) && isGoodExit(end.exitCode)

function describeEnd({ end, text }: Runner): string {
  const how = end()
  const words = how instanceof Error ? how.message : `exit code ${how?.exitCode ?? '?'}, ${how?.reason ?? ''}`
  return `${words}; its log: ${shortenMiddle(foldRepeatedLines(text().trim()), OUTPUT_LIMIT) || 'empty'}`
}
