import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Store } from '../../lab.ts'
import { protectKeys } from '../../store/endpoint.ts'
import type { K6Place } from './k6.ts'

/** What a user says of a cluster of their own. */
export interface ExistingOptions {
  /** The kubeconfig's context, by its name: the current one could be any. */
  context: string
  /** Files in which the context is looked for, the first that has it wins. */
  kubeconfigs: string[]
  /** UID of the kube-system namespace of the cluster that is meant; null where the user has not confirmed it yet. */
  confirm: string | null
  /** Where programs, charts and images come from: public registries, or this machine's own toolchain. */
  artifacts: 'public' | 'built'
  /** A YAML file of image references in place of the public ones, by name; null where there is none. */
  images: string | null
  /** What runs the load: the program k6, or a container where none is `found`; a `container` in any case. */
  k6: 'found' | 'container'
  /** Commands that cut a node's power and give it back, with `{node}` for its name; null where drills may not. */
  power: { stop: string; start: string } | null
  /** Labels of the nodes that no drill cuts off, and that hold what the drills stand on. */
  systemNodes: Record<string, string>
  /** Where NodePorts are reached; null for the first node that answers for itself. */
  nodeAddress: string | null
  /** Classes of volumes; null for the cluster's default, and for the first whose volumes can be snapshotted. */
  storageClass: string | null
  snapshotStorageClass: string | null
  /** The pods of the storage that take snapshots; null where the user did not say. */
  storagePods: { namespace: string; prefix: string } | null
  /** The user's own store; null for one that is started on this machine. */
  store: Store | null
}

/** The tools that a run will drill, and what runs its load: what they need is installed where it is missing. */
export interface ExistingRun extends ExistingOptions {
  tools: readonly string[]
  /**
   * There where the provider made the cluster itself: nobody has to be shown what is done to it, and the provider loads images
   * and runs the store. `images` are references in place of public ones; `k6` is where a container with the load stands.
   */
  made?: { images: Record<string, string>; k6: K6Place }
}

const STORE = ['URL', 'REGION', 'BUCKET', 'ACCESS_KEY', 'SECRET_KEY'].map((name) => `MESHDRILL_S3_${name}`)

/** Reads what is said of an existing cluster; what is wrong with it goes to `problem`. */
export function readExistingOptions(env: NodeJS.ProcessEnv, problem: (text: string) => void): ExistingOptions {
  const text = readerOf(env)
  const context = text('MESHDRILL_CONTEXT')
  if (context === null)
    problem('MESHDRILL_CONTEXT: must name the context of the cluster. Next: kubectl config get-contexts')
  return {
    context: context ?? '',
    kubeconfigs: (text('KUBECONFIG') ?? join(homedir(), '.kube', 'config')).split(delimiter).filter(Boolean),
    confirm: text('MESHDRILL_CONFIRM'),
    ...readSources(env, problem),
    power: readPower(text, problem),
    systemNodes: readLabels(text('MESHDRILL_SYSTEM_NODES')),
    nodeAddress: text('MESHDRILL_NODE_ADDRESS'),
    storageClass: text('MESHDRILL_STORAGE_CLASS'),
    snapshotStorageClass: text('MESHDRILL_SNAPSHOT_STORAGE_CLASS'),
    storagePods: readPods(text('MESHDRILL_STORAGE_PODS')),
    store: readStore(text, problem),
  }
}

const readerOf =
  (env: NodeJS.ProcessEnv): Read =>
  (name) => {
    const value = env[name]?.trim() ?? ''
    return value === '' ? null : value
  }

/** Where components come from, of any cluster that is not the embedded one. */
export function readSources(
  env: NodeJS.ProcessEnv,
  problem: (text: string) => void,
): Pick<ExistingOptions, 'artifacts' | 'images' | 'k6'> {
  const text = readerOf(env)
  const artifacts = text('MESHDRILL_ARTIFACTS') ?? 'public'
  if (artifacts !== 'public' && artifacts !== 'built')
    problem(`MESHDRILL_ARTIFACTS: "${artifacts}" is not known; one of public, built`)
  const k6 = text('MESHDRILL_K6') ?? 'found'
  if (k6 !== 'found' && k6 !== 'container') problem(`MESHDRILL_K6: "${k6}" is not known; one of found, container`)
  return {
    artifacts: artifacts === 'built' ? 'built' : 'public',
    images: text('MESHDRILL_IMAGES'),
    k6: k6 === 'container' ? 'container' : 'found',
  }
}

/** `namespace/prefix`; without a prefix all of the namespace. */
function readPods(text: string | null): ExistingOptions['storagePods'] {
  if (text === null) return null
  const [namespace = '', prefix = ''] = text.split('/')
  return { namespace, prefix }
}

type Read = (name: string) => string | null

function readPower(text: Read, problem: (text: string) => void): ExistingOptions['power'] {
  const [stop, start] = [text('MESHDRILL_STOP_NODE'), text('MESHDRILL_START_NODE')]
  if (stop === null && start === null) return null
  if (stop === null || start === null) {
    problem('MESHDRILL_STOP_NODE and MESHDRILL_START_NODE: a node that is stopped must be started again; set both')
    return null
  }
  for (const command of [stop, start]) {
    if (!command.includes('{node}'))
      problem(`MESHDRILL_STOP_NODE and MESHDRILL_START_NODE: "${command}" does not say where the {node} goes`)
  }
  if (text('MESHDRILL_SYSTEM_NODES') === null)
    problem('MESHDRILL_SYSTEM_NODES: must be the labels of nodes that are not cut off, for what the drills stand on')
  return { stop, start }
}

/** `name=value,name=value`; a label without `=` has an empty value, as that of control planes. */
export function readLabels(text: string | null): Record<string, string> {
  const labels = (text ?? '').split(',').filter(Boolean)
  return Object.fromEntries(labels.map((label) => [label.split('=')[0] ?? '', label.split('=').slice(1).join('=')]))
}

function readStore(text: Read, problem: (text: string) => void): Store | null {
  const missing = STORE.filter((name) => text(name) === null)
  if (missing.length === STORE.length) return null
  if (missing.length > 0) problem(`MESHDRILL_S3_*: ${missing.join(', ')} must be set too`)
  const of = (name: string): string => text(`MESHDRILL_S3_${name}`) ?? ''
  const url = of('URL').replace(/\/$/, '')
  if (url !== '' && !URL.canParse(url))
    problem(`MESHDRILL_S3_URL: "${url}" is not a URL, such as https://s3.example.org`)
  return protectKeys({
    url,
    region: of('REGION'),
    bucket: of('BUCKET'),
    accessKey: of('ACCESS_KEY'),
    secretKey: of('SECRET_KEY'),
  })
}
