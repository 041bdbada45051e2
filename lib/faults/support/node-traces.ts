import type { Lab } from '../../lab/lab.ts'
import { runInDaemon } from './node-shell.ts'
import type { PlacedPod } from '../../kube/placed-pod.ts'
import { LIST_RULES, parseRules } from './pod-network.ts'
import { LIST_STRESSORS } from '../stress.ts'

/** What faults left on a node, beside what the API server knows. */
export interface NodeTraces {
  /** By the UID of the pod in whose network they are; '' where that is not known. */
  rules: { podUid: string; rules: string[] }[]
  /** PIDs of stressors. */
  stressors: string[]
}

const SPACE = 'space '
const STRESSOR = 'stressor '

/** Each network namespace of the node's processes once, but for the node's own. */
const SCRIPT = `
seen=" $(stat -L -c %i /proc/1/ns/net) "
stat -L -c '%i %n' /proc/[0-9]*/ns/net 2>/dev/null | while read -r space path; do
  case $seen in *" $space "*) continue ;; esac
  seen="$seen$space "
  echo "${SPACE}$(sed -n 's#.*/.*pod\\([0-9a-f][0-9a-f_-]\\{35\\}\\).*#\\1#p' "\${path%/ns/net}/cgroup" 2>/dev/null | head -n 1)"
  /usr/bin/nsenter --net="$path" -- sh -c "$1" 2>/dev/null
done
( ${LIST_STRESSORS} ) | sed 's/^/${STRESSOR}/'
`

/** What is left on the node of a daemon. */
export async function tracesOn(lab: Lab, daemon: PlacedPod): Promise<NodeTraces> {
  return parseTraces(await runInDaemon(lab, daemon, SCRIPT, [LIST_RULES]))
}

/** The lines of the script: a heading for each network namespace with the rules in it, then the stressors. */
export function parseTraces(text: string): NodeTraces {
  const lines = text.split('\n')
  const stressors = lines.filter((line) => line.startsWith(STRESSOR)).map((line) => line.slice(STRESSOR.length))
  const spaces = lines
    .filter((line) => !line.startsWith(STRESSOR))
    .join('\n')
    .split(new RegExp(`^${SPACE}`, 'm'))
    .slice(1)
  const rules = spaces.map((space) => ({
    podUid: space.slice(0, space.indexOf('\n')).trim().replaceAll('_', '-'),
    rules: parseRules(space),
  }))
  return { rules: rules.filter((one) => one.rules.length > 0), stressors }
}
