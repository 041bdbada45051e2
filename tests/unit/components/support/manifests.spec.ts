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
  test('the counts of an empty manifest are zero', () => {
    expect(countManifests([])).toEqual(none)
  })

  test('an object counts once even if it is applied again, and a List counts as its items', () => {
    const map = object('ConfigMap', 'settings')
    const elsewhere = { ...map, metadata: { name: 'settings', namespace: 'other' } }
    const definition = object('CustomResourceDefinition', 'backups.tool.io', {}, 'apiextensions.k8s.io/v1')
    const inner = object('List', 'inner', { items: [object('Secret', 'settings'), map] })
    const list = object('List', 'list', { items: [map, elsewhere, inner] })
    expect(countManifests([map, list, definition])).toEqual({ ...none, objects: 4, definitions: 1 })
  })

  test('the images of all containers in all pod templates count once each', () => {
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
    // Only objects of known kinds create pods from a template.
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
    test(`a pod with ${what} counts as privileged`, () => {
      const both = [workload('DaemonSet', pod), workload('Deployment', { ...pod, hostNetwork: true })]
      expect(countManifests(both.slice(0, 1)).privilegedPods).toBe(1)
      expect(countManifests(both).privilegedPods).toBe(2)
    })
  }

  test('a pod that sets host access and privileged to false does not count as privileged', () => {
    const securityContext = { privileged: false, runAsUser: 0 }
    const pod = { hostNetwork: false, hostPID: 'true', volumes: [{ emptyDir: {} }], containers: [{ securityContext }] }
    expect(countManifests([workload('Deployment', pod)]).privilegedPods).toBe(0)
  })

  test('permissions are pairs of a resource and a verb, and rules with "*" also count as unbounded grants', () => {
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
    // Aggregated roles have no rules, and kinds named Role in other API groups do not count.
    expect(countManifests([object('ClusterRole', 'sum', { rules: null }, rbac)]).permissions).toBe(0)
    expect(countManifests([object('Role', 'tool', { rules }, 'tool.io/v1')]).permissions).toBe(0)
  })

  test('only bindings to cluster-admin count as unbounded grants', () => {
    const bind = (kind: string, name: string) => object(kind, `${kind}-${name}`, { roleRef: { name } }, rbac)
    const bindings = [bind('ClusterRoleBinding', 'cluster-admin'), bind('RoleBinding', 'cluster-admin')]
    expect(countManifests(bindings).unboundedGrants).toBe(2)
    expect(countManifests([bind('ClusterRoleBinding', 'tool'), bind('Tool', 'cluster-admin')]).unboundedGrants).toBe(0)
  })
})

test('blank lines and comments do not count as lines of configuration', () => {
  expect(countLines('# a comment\nkey: value\n\n  - item # one\n  # indented\n\t\n')).toBe(2)
  expect(countLines('')).toBe(0)
})

test('the lines of objects are counted in YAML without folded lines', () => {
  const long = 'a word and '.repeat(30)
  expect(countYaml([object('ConfigMap', 'a', { data: { text: long, two: 'one\ntwo\n' } }), {}])).toBe(11)
})

/** A lab without any installed parts. */
function emptyLab(): Lab {
  const lab = noopLab()
  const parts = new Set<string>()
  const note = (part: string) => Promise.resolve(void parts.add(part))
  return { ...lab, cluster: { ...lab.cluster, has: (part) => parts.has(part), note } }
}

test('the manifests of a tool are counted when it is installed, and not when it is already there', async () => {
  const lab = emptyLab()
  const map = object('ConfigMap', 'settings')
  const bare = { ...map, metadata: { name: 'settings' } }
  const tool = {
    ...noopTool(),
    install: async (within: Lab) => {
      await within.kube.apply([map, object('Secret', 'keys')])
      // The same object again, and one in another namespace.
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

test('each strategy describes the effort of its user: lines of configuration, steps and source files', async () => {
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
  // To skip the mesh's volumes, a user has to write a volume policy.
  const lines = (name: string) => efforts.get(name)?.configuration.reduce((sum, text) => sum + text.lines, 0) ?? NaN
  expect(lines('velero/file-system')).toBeGreaterThan(lines('velero/file-system-mesh-volumes'))
  expect(efforts.get('restic/manual')?.firstBackup).toHaveLength(6)
  expect(efforts.get('velero/file-system-mesh-volumes')?.firstBackup).toEqual(['Apply the Backup.'])
})

test('the manifests of K8up include its roles and their binding', async () => {
  const lab = emptyLab()
  const role = object('ClusterRole', 'x', { rules: [{ resources: ['a'], verbs: ['get', 'list'] }] }, rbac)
  const manifests = (name: string) => Promise.resolve(name === 'k8up/role' ? [role] : [])
  const pods = () =>
    Promise.resolve([{ status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }])
  const { manifests: counts } = await ensureTool(
    { ...lab, artifacts: { ...lab.artifacts, manifests }, kube: { ...lab.kube, pods } },
    k8up(),
  )
  // Two pairs of its own role, and 3 + 1 + 21 pairs of the executor's role.
  expect(counts).toEqual({ ...none, objects: 6, images: 1, permissions: 27 })
})

test('the manifests that Velero itself renders are counted', () => {
  const folder = join(cacheFolder(), 'bin')
  const velero = existsSync(folder) ? readdirSync(folder).find((file) => /^velero-[0-9a-f]{16}$/.test(file)) : undefined
  test.skip(velero === undefined, `folder "${folder}" has no velero program`)
  const at = newFolder()
  const [secret, kubeconfig] = [join(at, 'keys'), join(at, 'kubeconfig')]
  writeFileSync(secret, 'none')
  // Velero needs a kubeconfig, but does not connect to the cluster.
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
  // The node-agent has a hostPath, and the server is bound to cluster-admin.
  expect(counts).toMatchObject({ privilegedPods: of('DaemonSet'), unboundedGrants: of('ClusterRoleBinding') })
})
