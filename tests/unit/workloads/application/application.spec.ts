import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { readConfig } from '../../../../lib/config/config.ts'
import { judgeOutputs, requireStable } from '../../../../lib/workloads/application/checks.ts'
import { parseApplication, type Application } from '../../../../lib/workloads/application/definition.ts'
import { planApplication } from '../../../../lib/workloads/application/plan.ts'
import { isRightAnswer } from '../../../../lib/workloads/application/probe.ts'
import { newFolder } from '../../in-folder.ts'

const service = (name = 'shop', spec: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name } },
  spec: { selector: { app: 'shop' }, ports: [{ port: 8000 }, { port: 9000 }], ...spec },
})
const claim = (name = 'shop-data') => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: {},
})
const podSpec = (claimName = 'shop-data') => ({
  containers: [{ name: 'proxy' }, { name: 'db', volumeMounts: [{ name: 'data' }] }],
  volumes: [{ name: 'settings' }, { name: 'data', persistentVolumeClaim: { claimName } }],
})
const deployment = (spec: object = podSpec(), metadata: object = {}) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'shop', ...metadata } },
  spec: { template: { metadata: { labels: { app: 'shop', tier: 'data' } }, spec } },
})

/** A folder with a manifest, and the definition of an application that names it. */
function write(...objects: object[]): { folder: string; application: Application } {
  const folder = newFolder()
  writeFileSync(join(folder, 'app.yaml'), objects.map((object) => JSON.stringify(object)).join('\n---\n'))
  return { folder, application: define({ manifests: ['app.yaml'] }) }
}

const define = (fields: object = {}): Application =>
  parseApplication(JSON.stringify({ manifests: ['.'], service: 'shop', checks: [{ command: ['true'] }], ...fields }))

const plan = (...objects: object[]) => {
  const { folder, application } = write(...objects)
  return planApplication(application, folder)
}

test('manifests, a Service and one check are enough: claims, container, labels and port are found', () => {
  expect(plan(service(), claim(), deployment(podSpec(), { namespace: 'shop' }))).toMatchObject({
    service: { name: 'shop', port: 8000 },
    labels: { app: 'shop' },
    container: 'db',
    claims: ['shop-data'],
  })
})

test('a folder is read in the order of its file names, and its objects have no namespace', () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'k8s'))
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
  const files = {
    '1.yaml': namespace,
    '2.yml': deployment(podSpec(), { namespace: 'shop' }),
    '3.yaml': service(),
    'note.txt': {},
  }
  for (const [name, object] of Object.entries(files)) writeFileSync(join(folder, 'k8s', name), JSON.stringify(object))
  const { objects } = planApplication(define({ manifests: ['k8s'], port: 9000 }), folder)
  expect(objects.map(({ kind, metadata }) => [kind, metadata])).toEqual([
    ['Deployment', { name: 'shop' }],
    ['Service', { name: 'shop' }],
  ])
})

test('a StatefulSet has the claims of each replica', () => {
  const stateful = {
    ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' } },
    spec: {
      replicas: 2,
      template: {
        metadata: { labels: { app: 'shop' } },
        spec: { containers: [{ name: 'db', volumeMounts: [{ name: 'data' }] }] },
      },
      volumeClaimTemplates: [{ metadata: { name: 'data' } }],
    },
  }
  expect(plan(service(), stateful)).toMatchObject({ claims: ['data-db-0', 'data-db-1'], container: 'db' })
})

const refusals: [what: string, objects: object[], message: RegExp][] = [
  [
    'no claim',
    [service(), deployment({ containers: [{ name: 'app' }] })],
    /no pod behind Service "shop" mounts a Pers/,
  ],
  [
    'a claim that no pod mounts',
    [service(), deployment(), claim('spare')],
    /no pod mounts PersistentVolumeClaim "spare"/,
  ],
  [
    'two namespaces',
    [
      service(),
      deployment(podSpec(), { namespace: 'a' }),
      { ...claim(), metadata: { name: 'shop-data', namespace: 'b' } },
    ],
    /2 namespaces \(a, b\)/,
  ],
  ['another Service', [service('front'), deployment()], /no Service "shop"; Services there: "front"/],
  ['a Service without selector', [service('shop', { selector: {} }), deployment()], /selects no pods/],
  ['a Service without port', [service('shop', { ports: [] }), deployment()], /has no port/],
  [
    'pods that the Service does not select',
    [service('shop', { selector: { app: 'x' } }), deployment()],
    /has pods that Service "shop" selects/,
  ],
  [
    'an object without a namespace',
    [
      service(),
      deployment(),
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'all' } },
    ],
    /ClusterRole "all" belongs to no namespace/,
  ],
  [
    'a document that is no object',
    [service(), deployment(), { kind: 'ConfigMap' }],
    /without apiVersion, kind or metadata.name/,
  ],
]
for (const [what, objects, message] of refusals)
  test(`manifests with ${what} are refused before anything is changed`, () => {
    expect(() => plan(...objects)).toThrow(message)
  })

test('the error names a manifest that is missing, empty or not YAML', () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'empty'))
  writeFileSync(join(folder, 'bad.yaml'), 'a: [1')
  const read = (path: string) => () => planApplication(define({ manifests: [path] }), folder)
  expect(read('gone.yaml')).toThrow(/gone.yaml" does not exist/)
  expect(read('empty')).toThrow(/empty" has no YAML files/)
  expect(read('bad.yaml')).toThrow(/bad.yaml" cannot be read as YAML/)
})

test('the error for an invalid definition names the field', () => {
  expect(() => define({ checks: [] })).toThrow(/^checks: name at least one command/)
  expect(() => define({ probe: { path: 'health' } })).toThrow(/^probe.path: /)
  expect(() => define({ prob: {} })).toThrow(/prob/)
  expect(() => parseApplication('{')).toThrow(/^the text is not JSON/)
})

const checks = define({ checks: [{ name: 'orders', command: ['count'] }, { command: ['sum', 'of all'] }] }).checks

test('a check with a different output each time is refused, and the error shows both outputs', () => {
  requireStable(checks, ['1', '2'], ['1', '2'])
  expect(() => {
    requireStable(checks, ['1', 'at 12:01'], ['1', 'at 12:02'])
  }).toThrow(/check "sum of all" prints a different output each time.*"at 12:01" before, and "at 12:02" now.*Next: /)
})

test('a check with a different output after the restore is a finding, and equal outputs are not', () => {
  expect(judgeOutputs(checks, ['10', 'ä'], ['10', 'ä'])).toEqual({
    objects: 2,
    bytes: 4,
    findings: [],
    slots: [],
    error: null,
  })
  const { findings } = judgeOutputs(checks, ['10', 'a'], ['9', 'a'])
  expect(findings).toEqual([
    { kind: 'changed output', file: 'orders', offset: 0, detail: 'printed "10" before, and "9" now' },
  ])
})

test('an answer is right if both its status and its body are right', () => {
  const probe = { path: '/', status: 200, body: '^ok' }
  expect(isRightAnswer(probe, 200, 'ok, all is well')).toBe(true)
  expect(isRightAnswer(probe, 200, 'not ok')).toBe(false)
  expect(isRightAnswer(probe, 503, 'ok')).toBe(false)
  expect(isRightAnswer({ path: '/', status: 204 }, 204, '')).toBe(true)
})

const configure = (values: Record<string, string>) => () =>
  readConfig({ MESHDRILL_WORKLOAD: 'application', ...values }, () => 'embedded')

test('the configuration refuses an application that is missing or cannot be drilled', () => {
  const { folder } = write(service(), deployment({ containers: [{ name: 'app' }] }))
  const named = (manifests: string[]) => JSON.stringify({ manifests, service: 'shop', checks: [{ command: ['true'] }] })
  expect(configure({})).toThrow(/no application is configured/)
  expect(configure({ MESHDRILL_APPLICATION: '{"service": 1}' })).toThrow(/MESHDRILL_APPLICATION: manifests: /)
  expect(configure({ MESHDRILL_APPLICATION: named([join(folder, 'app.yaml')]) })).toThrow(
    /mounts a PersistentVolumeClaim/,
  )
  const good = write(service(), claim(), deployment()).folder
  expect(configure({ MESHDRILL_APPLICATION: named([good]) })().workloads).toEqual(['application'])
})
