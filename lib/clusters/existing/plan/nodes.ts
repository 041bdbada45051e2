import type { V1Node } from '@kubernetes/client-node'
import { isReady } from '../../../kube/client.ts'
import { hasLabels, admitsPods } from '../../../kube/placed-pod.ts'

/** Kubelets tell of so many images and no more: one that is not among fewer is not there. */
const TOLD_IMAGES = 50

const nameOf = ({ metadata }: V1Node): string => metadata?.name ?? '?'
const listed = (nodes: V1Node[]): string => nodes.map((node) => `"${nameOf(node)}"`).join(', ')

/** What of the nodes stands in the way of drills, each with the next command. */
export function nodeConflicts(nodes: V1Node[], systemNodes: Record<string, string>): string[] {
  const away = nodes.filter((node) => !isReady(node) || node.spec?.unschedulable)
  const system = nodes.filter((node) => hasLabels(node, systemNodes))
  const labels = JSON.stringify(systemNodes)
  return [
    ...(away.length === 0
      ? []
      : [
          `${listed(away)} are not Ready, or cordoned: after each drill that would be taken for what its fault has left. Next: kubectl get nodes, and kubectl uncordon`,
        ]),
    ...(system.length === 0 ? [`no node has the labels ${labels}. Next: MESHDRILL_SYSTEM_NODES`] : []),
    ...(system.length > 0 && !system.some(admitsPods)
      ? [
          `${listed(system)}, with the labels ${labels}, take no pods that do not tolerate their taints, as what the drills stand on. Next: MESHDRILL_SYSTEM_NODES of nodes with a taint that only prefers others: kubectl taint nodes -l <label> meshdrill=system:PreferNoSchedule`,
        ]
      : []),
  ]
}

const OWN_CHAOS_MESH =
  'Next: install Chaos Mesh into namespace chaos-mesh as your runtime needs it (https://chaos-mesh.org/docs/production-installation-using-helm/); it is used as it is'

/** Why Chaos Mesh, set up for containerd at its usual place, could not strike on these nodes; null where it can. */
export function runtimeConflict(nodes: V1Node[]): string | null {
  const info = (node: V1Node | undefined) => node?.status?.nodeInfo
  const others = nodes.filter((node) => !info(node)?.containerRuntimeVersion.startsWith('containerd://'))
  if (others.length > 0)
    return `${listed(others)} run ${info(others[0])?.containerRuntimeVersion ?? 'what is not known'}, and not containerd. ${OWN_CHAOS_MESH}`
  const elsewhere = nodes.filter((node) => /\+(k3s|rke2)/.test(info(node)?.kubeletVersion ?? ''))
  if (elsewhere.length === 0) return null
  return `${listed(elsewhere)} have the socket of their containerd in /run/k3s. ${OWN_CHAOS_MESH}`
}

/** An image by its name among the artifacts, and as nodes know it. */
interface NamedImage {
  name: string
  reference: string
}

/** Images that nodes do not have to which pods of drills go; for images that are in no registry. */
export function imageConflicts(nodes: V1Node[], images: NamedImage[]): string[] {
  const told = nodes.filter(admitsPods).map((node) => ({ node, names: namesOf(node) }))
  const lacking = images.flatMap(({ name, reference }) => {
    const without = told.filter(({ node, names }) => mayTell(node) && !names.includes(reference))
    return without.length === 0 ? [] : [{ name, words: `${reference} on ${listed(without.map(({ node }) => node))}` }]
  })
  if (lacking.length === 0) return []
  const words = lacking.map((one) => one.words).join('; ')
  const names = lacking.map(({ name }) => name).join(' ')
  return [
    `images are not there: ${words}. Next: npm run image -- ${names}, and on each node ctr -n k8s.io images import <archive>; kubelets tell of new ones within a minute`,
  ]
}

const mayTell = ({ status }: V1Node): boolean => (status?.images ?? []).length < TOLD_IMAGES

const namesOf = ({ status }: V1Node): string[] => (status?.images ?? []).flatMap(({ names }) => names ?? [])
