import { podsReady } from '../../kube/client.ts'
import { installChart } from '../../lab/charts.ts'
import { hasLabels } from '../../kube/placed-pod.ts'
import type { Lab } from '../../lab/lab.ts'
import { CLIENT_IMAGES, OPERATOR, OPERATOR_NAMESPACE } from './component.ts'

export { CLIENT_IMAGES, OPERATOR, OPERATOR_NAMESPACE } from './component.ts'

/** Installs k6-operator, which runs a load in pods. Fails before any change if no node has the labels that the pods need. */
export async function installOperator(lab: Lab, nodes: Record<string, string>): Promise<void> {
  const { items } = await lab.kube.core.listNode()
  if (!items.some((node) => hasLabels(node, nodes))) {
    const labels = JSON.stringify(nodes)
    throw new Error(`no node has the labels ${labels} of MESHDRILL_LOAD_NODES. Next: kubectl get nodes --show-labels`)
  }
  await lab.cluster.loadImages(CLIENT_IMAGES.map((name) => lab.artifacts.image(name)))
  await installChart(lab, {
    name: OPERATOR,
    namespace: OPERATOR_NAMESPACE,
    podSecurity: 'baseline',
    definitions: 'k6.io',
    chart: 'grafana/k6-operator',
    values: { namespace: { create: false }, authProxy: { enabled: false }, nodeSelector: lab.cluster.systemNodes },
  })
  await podsReady(lab.kube, OPERATOR_NAMESPACE, { 'control-plane': 'controller-manager' }, { timeout: '60s' })
}
