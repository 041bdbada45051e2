import { expect, test } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { noopLab } from '../../../../lib/simulation/noop-cluster.ts'
import { ensureTool } from '../../../../lib/drill/create-lab.ts'
import { parseManifest } from '../../../../lib/kube/client.ts'
import type { KubeObject } from '../../../../lib/kube/object.ts'
import type { Lab } from '../../../../lib/lab/lab.ts'
import { strategies } from '../../../../lib/components/tools.ts'
import { k8up } from '../../../../lib/components/k8up/drivers.ts'
import { countLines, countManifests, countYaml } from '../../../../lib/components/support/manifests.ts'
import type { UserEffort } from '../../../../lib/record/facts.ts'
import { noopTool } from '../../../../lib/simulation/noop-tool.ts'
import { newFolder } from '../../in-folder.ts'
import { cacheFolder } from '../../../../lib/system/environment.ts'

const rbac = 'rbac.authorization.k8s.io/v1'
const object = (kind: string, name: string, fields: object = {}, apiVersion = 'v1'): KubeObject => {
  return { apiVersion, kind, metadata: { name, namespace: 'tool' }, ...fields }
}
const workload = (kind: string, pod: object, name = kind.toLowerCase()) =>
  object(kind, name, { spec: { template: { spec: pod } } }, 'apps/v1')
const none = { objects: 0, definitions: 0, images: 0, privilegedPods: 0, permissions: 0, unboundedGrants: 0 }

test.describe('manifests', () => {
  test('no objects are nothing', () => {
    expect(countManifests([])).toEqual(none)
  })

  test('an object counts once, however often it is applied, and a List as what is in it', () => {
    const map = object('ConfigMap', 'settings')
    const elsewhere = { ...map, metadata: { name: 'settings', namespace: 'other' } }
    const definition = object('CustomResourceDefinition', 'backups.tool.io', {}, 'apiextensions.k8s.io/v1')
    const inner = object('List', 'inner', { items: [object('Secret', 'settings'), map] })
    const list = object('List', 'list', { items: [map, elsewhere, inner] })
    expect(countManifests([map, list, definition])).toEqual({ ...none, objects: 4, definitions: 1 })
  })

  test('images are those of all containers of all pod templates, each once', () => {
    const pod = { initContainers: [{ image: 'plugin:1' }], containers: [{ image: 'tool:1' }, { image: 'proxy:1' }] }
    const cron = object(
      'CronJob',
      'prune',
      { spec: { jobTemplate: { spec: { template: { spec: pod } } } } },
      'batch/v1',
    )
    const kinds = ['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Job']
    expect(countManifests([cron]).images).toBe(3)
    expect(countManifests([object('Pod', 'once', { spec: pod })]).images).toBe(3)
    for (const kind of kinds)
      expect(countManifests([workload(kind, pod), cron])).toMatchObject({ objects: 2, images: 3 })
    const newer = workload('Deployment', { containers: [{ image: 'tool:2' }, { name: 'without an image' }] })
    expect(countManifests([cron, newer]).images).toBe(4)
    // A pod template in an object of another kind makes no pod.
    expect(countManifests([workload('PodTemplateHolder', pod)]).images).toBe(0)
  })

  const reaching: [what: string, pod: object][] = [
    ['a privileged container', { containers: [{}, { securityContext: { privileged: true } }] }],
    ['a privileged init container', { initContainers: [{ securityContext: { privileged: true } }], containers: [{}] }],
    ['the network of the node', { hostNetwork: true }],
    ['the processes of the node', { hostPID: true }],
    ['the IPC of the node', { hostIPC: true }],
    ['a folder of the node', { volumes: [{ emptyDir: {} }, { hostPath: { path: '/var/lib/kubelet/pods' } }] }],
  ]
  for (const [what, pod] of reaching) {
    test(`a pod reaches into the node by ${what}`, () => {
      const both = [workload('DaemonSet', pod), workload('Deployment', { ...pod, hostNetwork: true })]
      expect(countManifests(both.slice(0, 1)).privilegedPods).toBe(1)
      expect(countManifests(both).privilegedPods).toBe(2)
    })
  }

  test('a pod that could reach into the node and does not is not one that does', () => {
    const securityContext = { privileged: false, runAsUser: 0 }
    const pod = { hostNetwork: false, hostPID: 'true', volumes: [{ emptyDir: {} }], containers: [{ securityContext }] }
    expect(countManifests([workload('Deployment', pod)]).privilegedPods).toBe(0)
  })

  test('permissions are pairs of a resource and a verb, and what has no bounds is counted apart', () => {
    const rules = [
      { apiGroups: ['', 'apps'], resources: ['pods', 'volumes'], verbs: ['get', 'list', 'watch'] },
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
      { apiGroups: ['tool.io'], resources: ['*'], verbs: ['get'] },
      { apiGroups: ['*'], resources: ['backups'], verbs: ['*'] },
    ]
    const role = object('ClusterRole', 'tool', { rules }, rbac)
    expect(countManifests([role])).toEqual({ ...none, objects: 1, permissions: 9, unboundedGrants: 2 })
    const own = object('Role', 'tool', { rules: rules.slice(0, 1) }, rbac)
    expect(countManifests([role, own]).permissions).toBe(15)
    // Aggregated roles have no rules of their own, and a Role of another group is no Role.
    expect(countManifests([object('ClusterRole', 'sum', { rules: null }, rbac)]).permissions).toBe(0)
    expect(countManifests([object('Role', 'tool', { rules }, 'tool.io/v1')]).permissions).toBe(0)
  })

  test('a binding to cluster-admin is a grant without bounds, another binding is none', () => {
    const bind = (kind: string, name: string) => object(kind, `${kind}-${name}`, { roleRef: { name } }, rbac)
    const bindings = [bind('ClusterRoleBinding', 'cluster-admin'), bind('RoleBinding', 'cluster-admin')]
    expect(countManifests(bindings).unboundedGrants).toBe(2)
    expect(countManifests([bind('ClusterRoleBinding', 'tool'), bind('Tool', 'cluster-admin')]).unboundedGrants).toBe(0)
  })
})

test('lines are those that say something', () => {
  expect(countLines('# a comment\nkey: value\n\n  - item # one\n  # indented\n\t\n')).toBe(2)
  expect(countLines('')).toBe(0)
})

test('lines of objects are those of their YAML, none of them folded', () => {
  const long = 'a word and '.repeat(30)
  expect(countYaml([object('ConfigMap', 'a', { data: { text: long, two: 'one\ntwo\n' } }), {}])).toBe(11)
})

/** A cluster on which parts are noted for this test alone. */
function emptyLab(): Lab {
  const lab = noopLab()
  const parts = new Set<string>()
  const note = (part: string) => Promise.resolve(void parts.add(part))
  return { ...lab, cluster: { ...lab.cluster, has: (part) => parts.has(part), note } }
}

test('an install is counted in what it applies, the first time, and what is applied later is none of it', async () => {
  const lab = emptyLab()
  const map = object('ConfigMap', 'settings')
  const bare = { ...map, metadata: { name: 'settings' } }
  const tool = {
    ...noopTool(),
    install: async (within: Lab) => {
      await within.kube.apply([map, object('Secret', 'keys')])
      // The one that is there already, and one elsewhere.
      await within.kube.apply([bare], { namespace: 'tool' })
      await within.kube.apply([bare], { namespace: 'other' })
      return noopTool().install(within)
    },
  }
  const first = await ensureTool(lab, tool)
  expect(first.manifests).toEqual({ ...none, objects: 3 })
  expect(first.installMs).toBeGreaterThanOrEqual(0)
  expect(await lab.kube.get(map)).not.toBe(null)
  expect(await ensureTool(lab, tool)).toMatchObject({ installMs: null, manifests: null, installed: { name: 'noop' } })
})

test('each strategy says what it asks of its user, counted in what its driver applies', async () => {
  const entries = Object.values(strategies).map(
    async ({ name, load }) => [name, (await load()).effort(noopLab())] as const,
  )
  const efforts = new Map<string, UserEffort>(await Promise.all(entries))
  for (const [name, { configuration, firstBackup, restore, source }] of efforts) {
    expect(configuration.length, name).toBeGreaterThan(1)
    for (const { what, lines } of configuration) expect(lines, `${name}: ${what}`).toBeGreaterThan(1)
    expect(Math.min(firstBackup.length, restore.length), name).toBeGreaterThan(0)
    for (const file of source.split(', ')) expect(existsSync(file), file).toBe(true)
  }
  // Who leaves the mesh's volumes out has to write a policy of volumes, and nothing else.
  const lines = (name: string) => efforts.get(name)?.configuration.reduce((sum, text) => sum + text.lines, 0) ?? NaN
  expect(lines('velero/file-system')).toBeGreaterThan(lines('velero/file-system-mesh-volumes'))
  expect(efforts.get('restic/manual')?.firstBackup).toHaveLength(6)
  expect(efforts.get('velero/file-system-mesh-volumes')?.firstBackup).toEqual(['Apply the Backup.'])
})

test('the operator of K8up is counted with its roles and the binding of one', async () => {
  const lab = emptyLab()
  const role = object('ClusterRole', 'x', { rules: [{ resources: ['a'], verbs: ['get', 'list'] }] }, rbac)
  const manifests = (name: string) => Promise.resolve(name === 'k8up/role' ? [role] : [])
  const pods = () =>
    Promise.resolve([{ status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }])
  const { manifests: counts } = await ensureTool(
    { ...lab, artifacts: { ...lab.artifacts, manifests }, kube: { ...lab.kube, pods } },
    k8up(),
  )
  // Its own role's two pairs, and the executor's 3 + 1 + 21.
  expect(counts).toEqual({ ...none, objects: 6, images: 1, permissions: 27 })
})

test('what Velero itself would apply is counted', () => {
  const folder = join(cacheFolder(), 'bin')
  const velero = existsSync(folder) ? readdirSync(folder).find((file) => /^velero-[0-9a-f]{16}$/.test(file)) : undefined
  test.skip(velero === undefined, `there is no velero in "${folder}"`)
  const at = newFolder()
  const [secret, kubeconfig] = [join(at, 'keys'), join(at, 'kubeconfig')]
  writeFileSync(secret, 'none')
  // It wants to be told of a cluster, and does not ask it anything.
  const cluster = { name: 'none', cluster: { server: 'https://192.0.2.1' } }
  const context = { name: 'none', context: { cluster: 'none', user: 'none' } }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'none',
    contexts: [context],
    clusters: [cluster],
  }
  writeFileSync(kubeconfig, JSON.stringify(config))
  const flags = ['--provider=aws', '--plugins=plugin:1', '--bucket=b', `--secret-file=${secret}`, '--use-node-agent']
  const rendered = execFileSync(join(folder, velero ?? ''), ['install', '--dry-run', '--output=yaml', ...flags], {
    encoding: 'utf8',
    env: { KUBECONFIG: kubeconfig },
  })
  const objects = parseManifest(rendered, 'velero install')
  const of = (kind: string) => objects.filter((each) => each.kind === kind).length
  const counts = countManifests(objects)
  expect(counts).toMatchObject({ objects: objects.length, definitions: of('CustomResourceDefinition'), images: 2 })
  expect(counts.definitions).toBeGreaterThan(5)
  // The node-agent reads the node's folders of pods; the server may do everything.
  expect(counts).toMatchObject({ privilegedPods: of('DaemonSet'), unboundedGrants: of('ClusterRoleBinding') })
})
