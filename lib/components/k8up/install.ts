import { FAULTS_ALLOWED } from '../chaos-mesh/chaos-mesh.ts'
import { podsReady } from '../../kube/client.ts'
import { waitForDefinitions } from '../../kube/definitions.ts'
import { podSecurityLabels } from '../../lab/namespaces.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'

export const NAMESPACE = 'k8up'
const NAME = 'k8up'
const LABELS = { 'app.kubernetes.io/name': NAME }
/** Name of the role for K8up's Jobs. The operator binds the role under this name. */
const EXECUTOR = 'k8up-executor'

/** Installs the operator, its CustomResourceDefinitions, and the roles of the operator and its Jobs. */
export async function installOperator(lab: Lab): Promise<void> {
  const { kube, cluster, artifacts } = lab
  await cluster.loadImages([artifacts.image('k8up/k8up')])
  const definitions = await artifacts.manifests('k8up/crds')
  await kube.apply(definitions)
  await waitForDefinitions(kube, definitions)
  const roles = await artifacts.manifests('k8up/role')
  await kube.apply([...roles.map(renameRole), ...operatorObjects(lab)])
  await podsReady(kube, NAMESPACE, LABELS, { timeout: '60s' })
}

/** The role in K8up's distribution has a generic name. */
const renameRole = (role: KubeObject): KubeObject => ({ ...role, metadata: { name: `${NAME}-manager` } })

function operatorObjects(lab: Lab): KubeObject[] {
  const image = lab.artifacts.image('k8up/k8up')
  const account = { name: NAME, namespace: NAMESPACE }
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: NAMESPACE, labels: podSecurityLabels('baseline'), annotations: FAULTS_ALLOWED },
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: `${NAME}-manager` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `${NAME}-manager` },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: EXECUTOR },
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
        { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] },
        {
          apiGroups: ['k8up.io'],
          resources: ['snapshots', 'snapshots/status', 'snapshots/finalizers'],
          verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
        },
      ],
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...account, labels: LABELS },
      spec: {
        selector: { matchLabels: LABELS },
        template: {
          metadata: { labels: LABELS },
          spec: {
            serviceAccountName: NAME,
            nodeSelector: lab.cluster.systemNodes,
            containers: [
              {
                name: 'operator',
                image,
                imagePullPolicy: 'IfNotPresent',
                args: ['operator'],
                env: [
                  { name: 'BACKUP_IMAGE', value: image },
                  { name: 'BACKUP_OPERATOR_NAMESPACE', value: NAMESPACE },
                ],
                resources: { requests: { cpu: '10m', memory: '32Mi' } },
                readinessProbe: { httpGet: { path: '/metrics', port: 8080 }, periodSeconds: 1 },
              },
            ],
          },
        },
      },
    },
  ]
}
