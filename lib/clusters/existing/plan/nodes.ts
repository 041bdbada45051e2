import type { V1Node } from '@kubernetes/client-node'
import { isReady } from '../../../kube/client.ts'
import { hasLabels, admitsPods } from '../../../kube/placed-pod.ts'

/** Maximum number of images in a node's status. If a status has fewer, its list is complete. */
const MAX_REPORTED_IMAGES = 50

const nameOf = ({ metadata }: V1Node): string => metadata?.name ?? '?'
const listed = (nodes: V1Node[]): string => nodes.map((node) => `"${nameOf(node)}"`).join(', ')

/** Problems of the nodes that prevent drills, each with the next command. */
export function nodeConflicts(nodes: V1Node[], systemNodes: Record<string, string>): string[] {
  const away = nodes.filter((node) => !isReady(node) || node.spec?.unschedulable)
  const system = nodes.filter((node) => hasLabels(node, systemNodes))
  const labels = JSON.stringify(systemNodes)
  return [
    ...(away.length === 0
      ? []
      : [
          `nodes ${listed(away)} are not Ready, or cordoned: after a drill this would look like a remainder of its fault. Next: kubectl get nodes, and kubectl uncordon`,
        ]),
    ...(system.length === 0 ? [`no node has the labels ${labels}. Next: MESHDRILL_SYSTEM_NODES`] : []),
    ...(system.length > 0 && !system.some(admitsPods)
      ? [
          `the system nodes ${listed(system)}, with the labels ${labels}, have taints that keep the drills' own pods away. Next: set MESHDRILL_SYSTEM_NODES to nodes with a soft taint: kubectl taint nodes -l <label> meshdrill=system:PreferNoSchedule`,
        ]
      : []),
  ]
}

const OWN_CHAOS_MESH =
  'Next: install Chaos Mesh in namespace chaos-mesh with the settings for your runtime (https://chaos-mesh.org/docs/production-installation-using-helm/). The drills use it unchanged'

/** Why Chaos Mesh cannot work on these nodes with its default settings for containerd; null if it can. */
export function runtimeConflict(nodes: V1Node[]): string | null {
  const info = (node: V1Node | undefined) => node?.status?.nodeInfo
  const others = nodes.filter((node) => !info(node)?.containerRuntimeVersion.startsWith('containerd://'))
  if (others.length > 0)
    return `nodes ${listed(others)} run ${info(others[0])?.containerRuntimeVersion ?? 'an unknown runtime'}, and not containerd. ${OWN_CHAOS_MESH}`
  const elsewhere = nodes.filter((node) => /\+(k3s|rke2)/.test(info(node)?.kubeletVersion ?? ''))
  if (elsewhere.length === 0) return null
  return `nodes ${listed(elsewhere)} have the socket of their containerd in /run/k3s. ${OWN_CHAOS_MESH}`
}

/** Artifact name and reference of an image. */
interface NamedImage {
  name: string
  reference: string
}

/** Images that are missing on nodes for pods of drills. Call it for images that are in no registry. */
export function imageConflicts(nodes: V1Node[], images: NamedImage[]): string[] {
  const known = nodes.filter(admitsPods).map((node) => ({ node, names: namesOf(node) }))
  const lacking = images.flatMap(({ name, reference }) => {
    const without = known.filter(({ node, names }) => isListComplete(node) && !names.includes(reference))
    return without.length === 0 ? [] : [{ name, words: `${reference} on ${listed(without.map(({ node }) => node))}` }]
  })
  if (lacking.length === 0) return []
  const words = lacking.map((one) => one.words).join('; ')
  const names = lacking.map(({ name }) => name).join(' ')
  return [
    `images are missing: ${words}. Next: npm run image -- ${names}, and on each node ctr -n k8s.io images import <archive>. Kubelets report new images within a minute`,
  ]
}

const isListComplete = ({ status }: V1Node): boolean => (status?.images ?? []).length < MAX_REPORTED_IMAGES

const namesOf = ({ status }: V1Node): string[] => (status?.images ?? []).flatMap(({ names }) => names ?? [])
