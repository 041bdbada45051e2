import { expect, test } from '@playwright/test'
import { readConfig } from '../../../lib/config/config.ts'

test('an empty environment gives the defaults', () => {
  expect(readConfig({})).toMatchObject({
    tool: null,
    matrix: 'slice',
    repetitions: 1,
    mesh: 'istio',
    meshes: ['istio'],
    workloads: ['ledger'],
    keep: false,
    volumeBytes: 128 << 20,
    rtoMs: null,
  })
})

test('variables replace the defaults', () => {
  const env = {
    MESHDRILL_KEEP: '1',
    MESHDRILL_RTO: '90s',
    MESHDRILL_RPO: '0s',
    MESHDRILL_VOLUME_MIB: '2',
    MESHDRILL_SEED: '7',
    MESHDRILL_REPETITIONS: '20',
  }
  expect(readConfig(env)).toMatchObject({
    repetitions: 20,
    keep: true,
    rtoMs: 90_000,
    rpoMs: 0,
    volumeBytes: 2 << 20,
    seed: 7,
  })
})

test('the load comes from this machine, or from any number of pods on separate nodes', () => {
  expect(readConfig({})).toMatchObject({ loadParallelism: 0, loadNodes: null })
  const env = { MESHDRILL_LOAD_PARALLELISM: '4', MESHDRILL_LOAD_NODES: 'pool=clients,node-role.kubernetes.io/edge' }
  const loadNodes = { pool: 'clients', 'node-role.kubernetes.io/edge': '' }
  expect(readConfig(env)).toMatchObject({ loadParallelism: 4, loadNodes })
  expect(() => readConfig({ MESHDRILL_LOAD_PARALLELISM: '101' })).toThrow('MESHDRILL_LOAD_PARALLELISM: "101" is not')
})

test('all wrong values are reported at once, with the right ones', () => {
  const env = { MESHDRILL_TOOL: 'tape', MESHDRILL_MESH: 'string', MESHDRILL_RTO: 'soon', MESHDRILL_LOAD_RPS: '0' }
  expect(() => readConfig(env)).toThrow(
    /MESHDRILL_TOOL: "tape" is not known; one of velero[^]*MESHDRILL_MESH: "string"[^]*MESHDRILL_RTO: "soon"[^]*MESHDRILL_LOAD_RPS/,
  )
})

test('the name of a run to merge must be a valid tag and file name', () => {
  expect(readConfig({ MESHDRILL_CELL: 'velero-v1.36' }).cell).toBe('velero-v1.36')
  expect(() => readConfig({ MESHDRILL_CELL: 'velero/1' })).toThrow('MESHDRILL_CELL: "velero/1" is not a name')
})

test('meshes and workloads are lists of known names, each once', () => {
  expect(readConfig({ MESHDRILL_MESH: ' istio ', MESHDRILL_WORKLOAD: 'ledger' })).toMatchObject({ meshes: ['istio'] })
  expect(() => readConfig({ MESHDRILL_MESH: 'istio,istio' })).toThrow('MESHDRILL_MESH: "istio" is there twice')
  expect(() => readConfig({ MESHDRILL_WORKLOAD: 'ledger,' })).toThrow(
    'MESHDRILL_WORKLOAD: "" is not known; one of ledger',
  )
})
