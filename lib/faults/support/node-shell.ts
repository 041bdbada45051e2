import { isReady, selector } from '../../kube/client.ts'
import { execute } from '../../kube/exec.ts'
import { toPlacedPod, type PlacedPod } from '../../kube/placed-pod.ts'
import type { Lab } from '../../lab/lab.ts'
import { CHAOS_NAMESPACE } from '../../components/chaos-mesh/chaos-mesh.ts'

const DAEMON = { 'app.kubernetes.io/component': 'chaos-daemon' }

/** The pods of Chaos Mesh's daemon that are Ready, one a node. */
export async function daemonPods(lab: Lab): Promise<PlacedPod[]> {
  return (await lab.kube.pods(CHAOS_NAMESPACE, DAEMON)).filter((pod) => isReady(pod)).map(toPlacedPod)
}

/** That of one node, where it is Ready. */
export async function daemonOn(lab: Lab, node: string): Promise<PlacedPod | undefined> {
  const { items } = await lab.kube.core.listNamespacedPod({
    namespace: CHAOS_NAMESPACE,
    labelSelector: selector(DAEMON),
    fieldSelector: `spec.nodeName=${node}`,
  })
  return items.filter((pod) => isReady(pod)).map(toPlacedPod)[0]
}

/**
 * What a shell script prints that runs with every right on a node: in its chaos-daemon pod, which sees the node's processes.
 * The script calls programs by their full paths: the shell may have smaller ones of the same name built in.
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
    // A script is longer than any line that one would read.
    const words = String(error).replace(script, '"…"')
    throw new Error(`on node "${daemon.node}": ${words}`, { cause: error })
  }
}

/** Shell function: the PID of a process in a cgroup whose path holds a text; not of the daemon's own, such as a stressor. */
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
 * What a shell script prints that runs on the pod's node with `$pid` set to a process of it, which is of one container where
 * `containerId` says which.
 */
export async function runBesidePod(
  lab: Lab,
  pod: PlacedPod,
  script: string,
  options: { args?: string[]; containerId?: string } = {},
): Promise<string> {
  // By cgroup driver, the UID stands in the path with dashes or with underscores.
  const texts = options.containerId ? [options.containerId] : [pod.uid, pod.uid.replaceAll('-', '_')]
  const find = texts.map((text) => `pid_of ${text}`).join(' || ')
  const missing = `{ echo "no process of pod ${pod.namespace}/${pod.name}" >&2; exit 3; }`
  return runOnNode(lab, pod.node, `${PID_OF}pid=$(${find}) || ${missing}\n${script}`, options.args)
}

/** The same inside of the pod's network namespace. `user` is the UID to run as. */
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
