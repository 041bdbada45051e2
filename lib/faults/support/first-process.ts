import type { V1ContainerStatus } from '@kubernetes/client-node'
import type { Lab } from '../../lab/lab.ts'
import { runBesidePod } from './node-shell.ts'
import type { PlacedPod } from '../../kube/placed-pod.ts'

/** In its PID namespace it is number 1: the kernel ends the others with it. */
const KILL = `
space=$(stat -L -c %i "/proc/$pid/ns/pid")
stat -L -c '%i %n' /proc/[0-9]*/ns/pid 2>/dev/null | while read -r inode path; do
  [ "$inode" = "$space" ] || continue
  process=\${path%/ns/pid}
  case $(sed -n 's/^NSpid:.*[^0-9]//p' "$process/status") in
    1) kill -9 "\${process#/proc/}" && echo "\${process#/proc/}" ;;
  esac
done
`

/** Kills the first process of a container from its node (SIGKILL); returns its PID there. */
export async function killFirstProcess(lab: Lab, pod: PlacedPod, status: V1ContainerStatus): Promise<string> {
  const where = `container "${status.name}" of pod "${pod.namespace}/${pod.name}"`
  const containerId = containerIdOf(status)
  if (containerId === null) throw new Error(`${where} has no ID: it never ran`)
  const killed = (await runBesidePod(lab, pod, KILL, { containerId })).trim()
  if (killed === '')
    throw new Error(`${where} has no first process. Next: kubectl -n ${pod.namespace} describe pod ${pod.name}`)
  return killed
}

/** A container's ID as its runtime knows it, without the runtime's name; null where it never ran. */
export const containerIdOf = ({ containerID }: V1ContainerStatus): string | null =>
  containerID?.replace(/^.*\/\//, '') ?? null
