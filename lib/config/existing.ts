import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { ExistingOptions } from '../clusters/existing/options.ts'
import type { Store } from '../lab/cluster.ts'
import { protectKeys } from '../store/endpoint.ts'
import { type Environment, readVariable } from '../system/environment.ts'
import { readOptions, variableOf } from './option.ts'
import { existingOptions, sourceOptions, storeOptions } from './options.ts'

/** Reads the options of an existing cluster. Invalid values are reported to `problem`. */
export function readExistingOptions(env: Environment, problem: (text: string) => void): ExistingOptions {
  const { context, stopNode, startNode, ...places } = readOptions(existingOptions, env, problem)
  if (readVariable(env, variableOf('context')) === null)
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

/** Reads the sources of components, for all providers except the embedded cluster. */
export const readSources = (
  env: Environment,
  problem: (text: string) => void,
): Pick<ExistingOptions, 'artifacts' | 'images' | 'k6'> => readOptions(sourceOptions, env, problem)

function readPower(
  env: Environment,
  { stop, start }: { stop: string | null; start: string | null },
  problem: (text: string) => void,
): ExistingOptions['power'] {
  const isSet = (key: keyof typeof existingOptions): boolean => readVariable(env, variableOf(key)) !== null
  if (isSet('stopNode') !== isSet('startNode'))
    problem('MESHDRILL_STOP_NODE and MESHDRILL_START_NODE: a node that is stopped must be started again; set both')
  if (stop === null || start === null) return null
  if (!isSet('systemNodes'))
    problem('MESHDRILL_SYSTEM_NODES: must be the labels of nodes that are not cut off, for what the drills stand on')
  return { stop, start }
}

function readStore(env: Environment, problem: (text: string) => void): Store | null {
  const variables = Object.keys(storeOptions).map(variableOf)
  const missing = variables.filter((variable) => readVariable(env, variable) === null)
  if (missing.length === variables.length) return null
  if (missing.length > 0) problem(`MESHDRILL_S3_*: ${missing.join(', ')} must be set too`)
  const { s3Url, s3Region, s3Bucket, s3AccessKey, s3SecretKey } = readOptions(storeOptions, env, problem)
  return protectKeys({
    url: s3Url ?? '',
    region: s3Region ?? '',
    bucket: s3Bucket ?? '',
    accessKey: s3AccessKey ?? '',
    secretKey: s3SecretKey ?? '',
  })
}
