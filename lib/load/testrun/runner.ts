import { appendFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bundle } from '../../system/bundle.ts'
import { execute, type ExecTarget } from '../../kube/exec.ts'
import { followLog, type ContainerEnd } from '../../kube/follow-log.ts'
import type { KubeObject } from '../../kube/object.ts'
import { findUnsteady, measureClock, type ClockAhead } from '../../kube/pod-clock.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { messageOf } from '../../system/message-of.ts'
import { foldRepeatedLines, OUTPUT_LIMIT, shortenMiddle } from '../../output/shorten.ts'
import { isGoodExit } from '../k6.ts'
import type { LoadOptions, RunningLoad } from '../load.ts'
import { concludeLoad, parseOutcomes } from '../outcomes.ts'
import { mergeLines } from './lines.ts'
import { CONTAINER, RUNNERS, TEST_RUN, testRunIn, testRunObjects, type ClientPods } from './objects.ts'
import { OPERATOR_NAMESPACE } from '../../components/k6-operator/k6-operator.ts'
import { shellCommand } from '../../output/shell-quote.ts'

const STOP_TIMEOUT = '20s'

/** A pod of the load. */
interface Runner {
  target: ExecTarget
  clock: ClockAhead
  text: () => string
  /** Null while it runs. */
  end: () => ContainerEnd | Error | null
}

/**
 * Starts the load as a TestRun of k6-operator, whose pods share its requests by k6's execution segments, and resolves when
 * each has sent its first. The route is as pods reach it. What they did is read from their logs, as it comes. Errors: the
 * operator refuses the script, or its pods do not come.
 */
export async function startTestRun(lab: Lab, pods: ClientPods, options: LoadOptions): Promise<RunningLoad> {
  await mkdir(options.folder, { recursive: true })
  const script = await bundle(options.script, { platform: 'neutral', external: ['k6/*'] })
  await lab.kube.apply(testRunObjects(lab, pods, options, script))
  const targets = await runnersUp(lab, pods)
  const runners = await Promise.all(targets.map((target) => watchRunner(lab, target, options.folder)))
  const outcomes = () =>
    Promise.resolve(runners.map(({ text, clock }) => ({ text: text(), clock })))
      .then(mergeLines)
      .then(parseOutcomes)
  await allSent(runners)
  let stopped: ReturnType<RunningLoad['stop']> | null = null
  const stop = async () => concludeLoad(outcomes, await stopRunners(lab, runners))
  return {
    writes: async () => (await outcomes()).writes,
    stop: () => (stopped ??= stop()),
  }
}

async function runnersUp(lab: Lab, { namespace, parallelism }: ClientPods): Promise<ExecTarget[]> {
  return waitFor(
    `${parallelism} pods of TestRun ${namespace}/${TEST_RUN} running`,
    async () => {
      const run = await lab.kube.get<KubeObject & { status?: { stage?: string } }>(testRunIn(namespace))
      const stage = run?.status?.stage ?? 'none yet'
      if (stage === 'error')
        throw new Error(
          `k6-operator refuses the load. Next: kubectl -n ${namespace} logs job/${TEST_RUN}-initializer; kubectl -n ${OPERATOR_NAMESPACE} logs deployment/k6-operator-controller-manager`,
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

async function allSent(runners: Runner[]): Promise<void> {
  await waitFor(
    `the first requests of ${runners.length} pods of the load`,
    () => {
      const ended = runners.find(({ end }) => end() !== null)
      if (ended) throw new Error(`${ended.target.pod} ended before its first request: ${describeEnd(ended)}`)
      const silent = runners.filter(({ text }) => !text().includes('["'))
      return Promise.resolve(silent.length === 0 || pending(`${silent.length} have sent nothing yet`))
    },
    {
      timeout: '60s',
      every: '100ms',
      hint: shellCommand`kubectl -n ${runners[0]?.target.namespace ?? ''} logs job/${TEST_RUN}-starter`,
    },
  )
}

/**
 * Interrupts k6 in each pod, as it would be in a terminal, and waits for the end of its log, whatever else is wrong. Returns
 * why the load is not to be trusted, else null.
 */
async function stopRunners(lab: Lab, runners: Runner[]): Promise<string | null> {
  const early = runners.find(({ end }) => end() !== null)
  const problems = [early ? `${early.target.pod} ended before it was stopped: ${describeEnd(early)}` : null]
  const running = runners.filter(({ end }) => end() === null)
  problems.push(...(await Promise.all(running.map(({ target, clock }) => findUnsteady(lab.kube, target, clock)))))
  problems.push(await interrupt(lab, running))
  const bad = runners.find(({ end }) => !endedWell(end()))
  problems.push(bad ? `${bad.target.pod} did not end well: ${describeEnd(bad)}` : null)
  return problems.find((problem) => problem !== null) ?? null
}

/** Returns why some could not be interrupted, or did not end, else null. */
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
