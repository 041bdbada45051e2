import { isReady, selector } from '../../kube/client.ts'
import { execute } from '../../kube/exec.ts'
import { toPlacedPod, type PlacedPod } from '../../kube/placed-pod.ts'
import type { Lab } from '../../lab/lab.ts'
import { CHAOS_NAMESPACE } from '../../components/chaos-mesh/chaos-mesh.ts'

const DAEMON = { 'app.kubernetes.io/component': 'chaos-daemon' }

/** The Ready pods of Chaos Mesh's daemon, one for each node. */
export async function daemonPods(lab: Lab): Promise<PlacedPod[]> {
  return (await lab.kube.pods(CHAOS_NAMESPACE, DAEMON)).filter((pod) => isReady(pod)).map(toPlacedPod)
}

/** The daemon pod of one node, if it is Ready. */
export async function daemonOn(lab: Lab, node: string): Promise<PlacedPod | undefined> {
  const { items } = await lab.kube.core.listNamespacedPod({
    namespace: CHAOS_NAMESPACE,
    labelSelector: selector(DAEMON),
    fieldSelector: `spec.nodeName=${node}`,
  })
  return items.filter((pod) => isReady(pod)).map(toPlacedPod)[0]
}

/**
 * Runs a shell script with full rights on a node, and returns its output. It runs in the chaos-daemon pod, which sees
 * the processes of the node. The script calls programs by full path, because the shell may have smaller builtins of the
 * same name.
 */
export async function runOnNode(lab: Lab, node: string, script: string, args: string[] = []): Promise<string> {
  const daemon = await daemonOn(lab, node)
  if (daemon === undefined) {
    throw new Error(`no chaos-daemon is Ready on node "${node}". Next: kubectl -n ${CHAOS_NAMESPACE} get pods -o wide`)
  }
  return runInDaemon(lab, daemon, script, args)
}

export async function runInDaemon(lab: Lab, daemon: PlacedPod, script: string, args: string[] = []): Promise<string> {
  const where = { namespace: daemon.namespace, pod: daemon.name, container: 'chaos-daemon' }
  try {
    return await execute(lab.kube, where, ['sh', '-c', script, 'sh', ...args])
  } catch (error) {
    // A script is too long for an error message.
    const words = String(error).replace(script, '"…"')
    throw new Error(`on node "${daemon.node}": ${words}`, { cause: error })
  }
}

/**
 * Shell function: the PID of a process in a cgroup with a given text in its path, except processes of the daemon, such
 * as stressors.
 */
const PID_OF = `
own=$(stat -L -c %i /proc/self/ns/net)
pid_of() {
  for p in /proc/[0-9]*; do
    while read -r line; do
      case $line in *"$1"*) [ "$(stat -L -c %i "$p/ns/net")" = "$own" ] || { echo "\${p#/proc/}"; return; } ;; esac
    done 2>/dev/null <"$p/cgroup"
  done
  return 1
}
`

/**
 * Runs a shell script on the pod's node, and returns its output. `$pid` is a process of the pod, or of the container
 * `containerId`.
 */
export async function runBesidePod(
  lab: Lab,
  pod: PlacedPod,
  script: string,
  options: { args?: string[]; containerId?: string } = {},
): Promise<string> {
  // The UID in the path has dashes or underscores, depending on the cgroup driver.
  const texts = options.containerId ? [options.containerId] : [pod.uid, pod.uid.replaceAll('-', '_')]
  const find = texts.map((text) => `pid_of ${text}`).join(' || ')
  const missing = `{ echo "no process of pod ${pod.namespace}/${pod.name}" >&2; exit 3; }`
  return runOnNode(lab, pod.node, `${PID_OF}pid=$(${find}) || ${missing}\n${script}`, options.args)
}

/** Runs a script in the network namespace of the pod. `user` is the UID to run as. */
export async function runInPodNetwork(
  lab: Lab,
  pod: PlacedPod,
  script: string,
  options: { args?: string[]; user?: number } = {},
): Promise<string> {
  const as = options.user === undefined ? '' : `--setuid=${options.user} --setgid=${options.user} `
  const enter = `exec /usr/bin/nsenter ${as}--net=/proc/$pid/ns/net -- sh -c "$script" sh "$@"`
  const args = [script, ...(options.args ?? [])]
  return runBesidePod(lab, pod, `script=$1; shift\n${enter}`, { args })
}
