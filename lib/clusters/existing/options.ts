import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { readOptions } from '../../config/option.ts'
import { existingOptions, sourceOptions, storeOptions } from '../../config/options.ts'
import { type Environment, readVariable } from '../../system/environment.ts'
import type { Store } from '../../lab/store.ts'
import { protectKeys } from '../../store/endpoint.ts'
import type { K6Place } from '../../lab/k6.ts'

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

/** Reads what is said of an existing cluster; what is wrong with it goes to `problem`. */
export function readExistingOptions(env: Environment, problem: (text: string) => void): ExistingOptions {
  const { context, stopNode, startNode, ...places } = readOptions(existingOptions, env, problem)
  if (readVariable(env, existingOptions.context.variable) === null)
    problem('MESHDRILL_CONTEXT: must name the context of the cluster. Next: kubectl config get-contexts')
  const kubeconfigs = readVariable(env, 'KUBECONFIG') ?? join(homedir(), '.kube', 'config')
  return {
    ...places,
    context: context ?? '',
    kubeconfigs: kubeconfigs.split(delimiter).filter(Boolean),
    ...readSources(env, problem),
    power: readPower(env, { stop: stopNode, start: startNode }, problem),
    store: readStore(env, problem),
  }
}

/** Where components come from, of any cluster that is not the embedded one. */
export const readSources = (
  env: Environment,
  problem: (text: string) => void,
): Pick<ExistingOptions, 'artifacts' | 'images' | 'k6'> => readOptions(sourceOptions, env, problem)

function readPower(
  env: Environment,
  { stop, start }: { stop: string | null; start: string | null },
  problem: (text: string) => void,
): ExistingOptions['power'] {
  const isSet = ({ variable }: { variable: string }): boolean => readVariable(env, variable) !== null
  const { stopNode, startNode, systemNodes } = existingOptions
  if (isSet(stopNode) !== isSet(startNode))
    problem('MESHDRILL_STOP_NODE and MESHDRILL_START_NODE: a node that is stopped must be started again; set both')
  if (stop === null || start === null) return null
  if (!isSet(systemNodes))
    problem('MESHDRILL_SYSTEM_NODES: must be the labels of nodes that are not cut off, for what the drills stand on')
  return { stop, start }
}

function readStore(env: Environment, problem: (text: string) => void): Store | null {
  const variables = Object.values(storeOptions).map(({ variable }) => variable)
  const missing = variables.filter((variable) => readVariable(env, variable) === null)
  if (missing.length === variables.length) return null
  if (missing.length > 0) problem(`MESHDRILL_S3_*: ${missing.join(', ')} must be set too`)
  const { url, region, bucket, accessKey, secretKey } = readOptions(storeOptions, env, problem)
  return protectKeys({
    url: url ?? '',
    region: region ?? '',
    bucket: bucket ?? '',
    accessKey: accessKey ?? '',
    secretKey: secretKey ?? '',
  })
}
