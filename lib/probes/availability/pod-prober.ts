import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundle } from '../../system/bundle.ts'
import { podsReady } from '../../kube/client.ts'
import { execute } from '../../kube/exec.ts'
import { followLog } from '../../kube/follow-log.ts'
import type { KubeObject } from '../../kube/object.ts'
import { earliest, findUnsteady, latest, measureClock, type ClockOffset } from '../../kube/pod-clock.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Sample } from '../../record/facts.ts'
import { PUNCTUAL_NODE_OPTIONS } from './protocol.ts'
import { collectLines } from './lines.ts'
import { LONGEST_MS, TIMEOUT_MS, type ProberOptions, type RunningProber } from './prober.ts'
import type { ProberSettings } from './protocol.ts'

const MOUNT = '/prober'
const STOP_TIMEOUT_MS = 15_000
const NEVER = { how: `it did not end within ${STOP_TIMEOUT_MS / 1000} s`, early: false }

/** Place of the prober's pod. */
export interface ProberPod {
  /** Name of the pod. */
  name: string
  namespace: string
  /** Labels of the pod's node. */
  nodes: Record<string, string>
}

/**
 * Starts the prober as a pod, near the clients of a large cluster. Converts its samples to this machine's clock and widens
 * each by the error of the clock offset, so that the interval of a recovery contains the truth. `options.route` is the route
 * from a pod.
 */
export async function startPodProber<Seen>(
  lab: Lab,
  pod: ProberPod,
  options: ProberOptions<Sample<Seen>>,
): Promise<RunningProber> {
  const { route, seed, seeded, settings: workload, denied, rateHz, timeoutMs = TIMEOUT_MS, onSamples } = options
  const { name, namespace } = pod
  const settings: ProberSettings = {
    ...{ route, seed, seeded, rateHz, timeoutMs },
    ...(workload === undefined ? {} : { settings: workload }),
    ...(denied === undefined ? {} : { denied }),
    highPriority: false,
    longestMs: LONGEST_MS,
  }
  const target = { namespace, pod: name, container: name }
  await lab.kube.apply(await podObjects(lab, pod, options.main, settings))
  await podsReady(lab.kube, namespace, { app: name }, { timeout: '60s' })
  const clock = await measureClock(lab.kube, target)
  const lines = new PassThrough()
  const received = collectLines(lines, (samples: Sample<Seen>[]) => {
    onSamples(samples.map((sample) => widen(sample, clock)))
  })
  let asked = false
  const closed = followLog(lab.kube, target, (text) => lines.write(text))
    .then(
      ({ exitCode }) => ({ how: `exit code ${exitCode}`, early: !asked }),
      (error: unknown) => ({ how: String(error), early: !asked }),
    )
    .then(async (end) => {
      // Read the last lines before the end is reported.
      await finished(lines.end())
      return end
    })
  const stop = async () => {
    const unsteady = await findUnsteady(lab.kube, target, clock)
    asked = true
    const refused = await execute(lab.kube, target, ['sh', '-c', 'kill -TERM 1'], STOP_TIMEOUT_MS).then(
      () => '',
      String,
    )
    const end = await Promise.race([closed, sleep(STOP_TIMEOUT_MS, NEVER, { ref: false })])
    const { error, ...rest } = received.conclude(end, refused)
    return { ...rest, error: error ?? unsteady }
  }
  let stopped: ReturnType<RunningProber['stop']> | null = null
  const widenedMs = clock.high - clock.low
  return { widenedMs, stop: () => (stopped ??= stop()) }
}

/** Converts a sample to this machine's clock: the earliest possible due and sent times, the latest possible answer. */
export function widen<Seen>([dueMs, answeredMs, seen, sentMs]: Sample<Seen>, clock: ClockOffset): Sample<Seen> {
  const [due, answered] = [earliest(dueMs, clock), answeredMs === null ? null : latest(answeredMs, clock)]
  return sentMs === undefined ? [due, answered, seen] : [due, answered, seen, earliest(sentMs, clock)]
}

async function podObjects(
  lab: Lab,
  { name, namespace, nodes }: ProberPod,
  main: string,
  settings: ProberSettings,
): Promise<KubeObject[]> {
  const data = {
    'prober.mjs': await bundle(main, { platform: 'node' }),
    'settings.json': JSON.stringify(settings),
  }
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels: { app: name } },
      spec: {
        restartPolicy: 'Never',
        activeDeadlineSeconds: Math.ceil(LONGEST_MS / 1000) + 60,
        terminationGracePeriodSeconds: 0,
        automountServiceAccountToken: false,
        nodeSelector: nodes,
        containers: [
          {
            name,
            image: lab.artifacts.image('meshdrill/node'),
            imagePullPolicy: 'IfNotPresent',
            command: ['node', ...PUNCTUAL_NODE_OPTIONS, `${MOUNT}/prober.mjs`, `${MOUNT}/settings.json`],
            // The prober ends when its input closes. In a pod the input stays open, because no client is attached.
            stdin: true,
            resources: { requests: { cpu: '100m', memory: '64Mi' } },
            volumeMounts: [{ name, mountPath: MOUNT }],
          },
        ],
        volumes: [{ name, configMap: { name: name } }],
      },
    },
  ]
}
