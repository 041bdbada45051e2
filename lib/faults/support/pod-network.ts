import type { Address } from '../../system/connect.ts'
import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { runInDaemon, runInPodNetwork } from './node-shell.ts'
import type { PlacedPod } from '../../kube/placed-pod.ts'

/** Lists the rules of Chaos Mesh in a pod's network namespace. Chaos Mesh leaves most of them behind. */
export const LIST_RULES = `
/usr/sbin/iptables -S
/usr/sbin/ip6tables -S
/usr/sbin/ipset list -n | sed 's/^/set /'
/usr/sbin/tc qdisc show
`

/**
 * A set cannot be removed while a rule or another set uses it, so rules are removed first, then the content of sets.
 */
const CLEAR_RULES = `
for tables in iptables ip6tables; do
  chains=$(/usr/sbin/$tables -S | sed -n -E 's#^-N ((CHAOS-|TC-TABLES-|INPUT/|OUTPUT/).*)$#\\1#p')
  [ -n "$chains" ] || continue
  /usr/sbin/$tables -w -D INPUT -j CHAOS-INPUT
  /usr/sbin/$tables -w -D OUTPUT -j CHAOS-OUTPUT
  for chain in $chains; do /usr/sbin/$tables -w -F $chain; done
  for chain in $chains; do /usr/sbin/$tables -w -X $chain; done
done
/usr/sbin/ipset flush
/usr/sbin/ipset destroy
${LIST_RULES}`

const CHAIN = /^-N ((?:CHAOS-|TC-TABLES-|INPUT\/|OUTPUT\/).*)$/
const SHAPER = /^qdisc (netem|tbf|prio|sfq) \S+ dev (\S+)/

/** Describes the chains, sets and shapers of faults in the output of `LIST_RULES`. */
export function parseRules(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const chain = CHAIN.exec(line)?.[1]
    if (chain !== undefined) return [`chain ${chain}`]
    const [, kind, device] = SHAPER.exec(line) ?? []
    if (kind !== undefined) return [`${kind} on ${device ?? ''}`]
    return line.startsWith('set ') ? [line] : []
  })
}

/** Removes leftovers of faults in the pod's network, and their PodNetworkChaos if no fault uses it any more. */
export async function clearPodNetwork(lab: Lab, pod: PlacedPod): Promise<void> {
  const note = noteOf(pod)
  const held = await lab.kube.get<PodNetworkChaos>(note)
  if (held !== null && isInUse(held)) return
  const left = parseRules(await runInPodNetwork(lab, pod, CLEAR_RULES))
  if (left.length > 0) throw new Error(`pod "${pod.namespace}/${pod.name}" keeps ${left.join(', ')}`)
  await lab.kube.delete(note)
}

interface PodNetworkChaos extends KubeObject {
  spec?: { iptables?: unknown[] | null; ipsets?: unknown[] | null; tcs?: unknown[] | null }
}

/** Chaos Mesh keeps one such object for each pod, with the wanted state of all its faults. */
export const isInUse = ({ spec }: PodNetworkChaos): boolean =>
  [spec?.iptables, spec?.ipsets, spec?.tcs].some((list) => (list ?? []).length > 0)

const noteOf = ({ namespace, name }: PlacedPod): ObjectReference => ({
  apiVersion: 'chaos-mesh.org/v1alpha1',
  kind: 'PodNetworkChaos',
  metadata: { namespace, name },
})

const TRY = `
if [ -x /bin/busybox ]; then exec /bin/busybox nc -w 1 "$1" "$2" -e /bin/true; fi
exec timeout 1 bash -c ': <"/dev/tcp/$0/$1"' "$1" "$2"
`

const SAY_WHETHER = `( ${TRY} ) >/dev/null 2>&1 && echo yes || echo no`

/**
 * The user of the mesh's proxy. The mesh redirects the traffic of other users to the proxy, which would answer instead
 * of the target.
 */
const asProxy = ({ mesh }: Lab): { user?: number } => (mesh.proxy === null ? {} : { user: mesh.proxy.user.id })

/** True if a connection from inside a pod succeeds within a second. */
export async function connects(lab: Lab, pod: PlacedPod, { host, port }: Address): Promise<boolean> {
  const answer = await runInPodNetwork(lab, pod, SAY_WHETHER, { args: [host, String(port)], ...asProxy(lab) })
  return answer.trim() === 'yes'
}

/** The same from the daemon pod of Chaos Mesh, so that no other pod is needed on its node. */
export async function daemonConnects(lab: Lab, daemon: PlacedPod, { host, port }: Address): Promise<boolean> {
  return (await runInDaemon(lab, daemon, SAY_WHETHER, [host, String(port)])).trim() === 'yes'
}

/**
 * Tries to connect from inside a pod until a rule drops a packet, for at most two seconds. Returns the number of
 * dropped packets.
 */
export async function countDropped(lab: Lab, pod: PlacedPod, { host, port }: Address): Promise<number> {
  const { user } = asProxy(lab)
  const enter = user === undefined ? '' : `/usr/bin/nsenter --setuid=${user} --setgid=${user} -- `
  const script = `
dropped() {
  sum=0
  for count in $(/usr/sbin/iptables -w -vxnL | sed -n -E 's/^ *([0-9]+) +[0-9]+ +DROP .*/\\1/p'); do sum=$((sum + count)); done
}
${enter}sh -c "$3" sh "$1" "$2" >/dev/null 2>&1 &
tries=0
while dropped; [ $sum -eq 0 ] && [ $tries -lt 40 ]; do tries=$((tries + 1)); sleep 0.05; done
echo $sum`
  return Number(await runInPodNetwork(lab, pod, script, { args: [host, String(port), TRY] }))
}

/** The qdiscs of the pod's device, as `tc -s qdisc` prints them. */
export const readShaping = (lab: Lab, pod: PlacedPod): Promise<string> =>
  runInPodNetwork(lab, pod, '/usr/sbin/tc -s qdisc show dev eth0')
