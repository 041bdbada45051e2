import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { K6_FLAGS, settingsOf } from '../k6.ts'
import type { LoadOptions } from '../load.ts'

export const TEST_RUN = 'load'
/** Of the pods that the operator makes of it, and of their only container. */
export const RUNNERS = { k6_cr: TEST_RUN, runner: 'true' }
export const CONTAINER = 'k6'

/** Where pods that are clients of the service are, and how many make the load. */
export interface ClientPods {
  namespace: string
  parallelism: number
  /** Labels of their nodes. */
  nodes: Record<string, string>
}

export const testRunIn = (namespace: string): ObjectReference => ({
  apiVersion: 'k6.io/v1alpha1',
  kind: 'TestRun',
  metadata: { name: TEST_RUN, namespace },
})

/** The script, and the TestRun that splits its requests over the pods. */
export function testRunObjects(
  lab: Lab,
  { namespace, parallelism, nodes }: ClientPods,
  options: LoadOptions,
  script: string,
): KubeObject[] {
  const pod = (image: string) => ({
    image: lab.artifacts.image(image),
    imagePullPolicy: 'IfNotPresent',
    nodeSelector: nodes,
  })
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: TEST_RUN, namespace }, data: { 'load.js': script } },
    {
      ...testRunIn(namespace),
      spec: {
        parallelism,
        script: { configMap: { name: TEST_RUN, file: 'load.js' } },
        arguments: [...K6_FLAGS, ...settingsOf(options, options.route.url)].join(' '),
        runner: { ...pod('grafana/k6'), resources: { requests: { cpu: '100m', memory: '128Mi' } } },
        starter: pod('grafana/k6-operator-starter'),
      },
    },
  ]
}
