import { expect, test } from '@playwright/test'
import { readConfig } from '../../../lib/config/config.ts'
import { INTERNAL_VARIABLES } from '../../../lib/config/options.ts'
import { countSlips } from '../../../lib/config/kinds.ts'

const embedded = { MESHDRILL_CLUSTER: 'embedded' }
const existing = { MESHDRILL_CLUSTER: 'existing', MESHDRILL_CONTEXT: 'mine' }

test('an unknown variable is an error that names the nearest known one', () => {
  for (const [variable, nearest] of [
    ['MESHDRILL_REPETITION', 'MESHDRILL_REPETITIONS'],
    ['MESHDRILL_S3_ULR', 'MESHDRILL_S3_URL'],
    ['MESHDRILL_MATRX', 'MESHDRILL_MATRIX'],
    ['MESHDRIL_SEED', 'MESHDRILL_SEED'],
    ['MESH_DRILL_SEED', 'MESHDRILL_SEED'],
    ['meshdrill_seed', 'MESHDRILL_SEED'],
    ['MESHDRILLSEED', 'MESHDRILL_SEED'],
    ['MESHDRILL_CLUSTERS', 'MESHDRILL_CLUSTER'],
  ] as const)
    expect(() => readConfig({ ...embedded, [variable]: '5' }), variable).toThrow(
      `${variable}: is not known; the nearest is ${nearest}`,
    )
})

test('variables of other programs, and unknown variables without a value, are ignored', () => {
  const others = { PATH: '/bin', MESH_ID: '1', KUBECONFIG: '/a', MESHDRILL_REPETITION: ' ', DRILL_SEED: '1' }
  expect(() => readConfig({ ...embedded, ...others })).not.toThrow()
})

test('variables that meshdrill sets itself are known', () => {
  const set = Object.fromEntries(INTERNAL_VARIABLES.map((name) => [name, '7']))
  expect(() => readConfig({ ...embedded, ...set })).not.toThrow()
})

test('a variable without effect on the cluster is an error that names its clusters', () => {
  for (const [variable, value] of [
    ['MESHDRILL_CONTEXT', 'staging'],
    ['MESHDRILL_CONFIRM', '6ee66bc5-0000-4000-8000-000000000000'],
    ['MESHDRILL_S3_URL', 'https://s3.example.org'],
    ['MESHDRILL_STORAGE_CLASS', 'fast'],
    ['MESHDRILL_SYSTEM_NODES', 'pool=system'],
  ] as const)
    for (const cluster of ['embedded', 'kind'])
      expect(() => readConfig({ MESHDRILL_CLUSTER: cluster, [variable]: value })).toThrow(
        `${variable} has no effect with the cluster "${cluster}". Next: set MESHDRILL_CLUSTER=existing, or unset ${variable}`,
      )
  for (const cluster of [embedded, existing])
    expect(() => readConfig({ ...cluster, MESHDRILL_KIND_PORTS: 'mapped' })).toThrow(
      'Next: set MESHDRILL_CLUSTER=kind,',
    )
  expect(() => readConfig({ ...embedded, MESHDRILL_ARTIFACTS: 'built' })).toThrow(
    'Next: set MESHDRILL_CLUSTER=kind or MESHDRILL_CLUSTER=existing, or unset MESHDRILL_ARTIFACTS',
  )
})

test('a context without a named cluster does not drill the default cluster', () => {
  expect(() => readConfig({ MESHDRILL_CONTEXT: 'staging' }, () => 'embedded')).toThrow(
    /MESHDRILL_CONTEXT has no effect/,
  )
  expect(() => readConfig({ MESHDRILL_CONTEXT: ' ' }, () => 'embedded')).not.toThrow()
})

test('node labels for a load without pods are an error', () => {
  expect(() => readConfig({ ...embedded, MESHDRILL_LOAD_NODES: 'pool=clients' })).toThrow(
    'Next: set MESHDRILL_LOAD_PARALLELISM',
  )
})

test('a typo, a variable without effect and a wrong value are reported together', () => {
  const env = { ...embedded, MESHDRILL_SEEDS: '1', MESHDRILL_CONTEXT: 'a', MESHDRILL_SEED: '0x10' }
  expect(() => readConfig(env)).toThrow(
    /MESHDRILL_SEEDS: [^]*MESHDRILL_CONTEXT has no effect[^]*MESHDRILL_SEED: "0x10"/,
  )
})

test('with an unknown cluster, variables without effect are not reported', () => {
  const wrong = { MESHDRILL_CLUSTER: 'exisiting', MESHDRILL_CONTEXT: 'a' }
  expect(() => readConfig(wrong)).toThrow(
    /^The configuration is not valid:\n {2}MESHDRILL_CLUSTER: "exisiting" is not known; one of embedded, kind, existing; the nearest is existing$/,
  )
})

test('a typo is an added, missing, replaced or swapped character', () => {
  for (const [one, other, slips] of [
    ['', '', 0],
    ['abc', '', 3],
    ['abc', 'abc', 0],
    ['ULR', 'URL', 1],
    ['SEEDS', 'SEED', 1],
    ['kitten', 'sitting', 3],
  ] as const) {
    expect(countSlips(one, other)).toBe(slips)
    expect(countSlips(other, one)).toBe(slips)
  }
})
