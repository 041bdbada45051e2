import { execFile } from 'node:child_process'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { parse, parseAllDocuments } from 'yaml'
import { chooseCluster } from '../../../../lib/clusters/choice.ts'
import { kindConfig, localVolumes } from '../../../../lib/clusters/kind/cluster-config.ts'
import { importCommand } from '../../../../lib/clusters/kind/node-image/build.ts'
import {
  wrapperScripts,
  kubernetesVersion,
  nodeImage,
  nodeRecipes,
} from '../../../../lib/clusters/kind/node-image/recipes.ts'
import { LOCAL_VOLUMES } from '../../../../lib/clusters/kind/node-image/root.ts'
import { storageOf } from '../../../../lib/clusters/kind/storage.ts'
import { readConfig } from '../../../../lib/config/config.ts'
import { inFolder } from '../../in-folder.ts'

interface Read {
  nodes: { role: string; image: string; extraMounts?: object[]; extraPortMappings?: object[] }[]
  featureGates?: object
  containerdConfigPatches?: string[]
  kubeadmConfigPatches: string[]
}

const GIVEN = { image: 'node:1', workers: 2, folders: [], coredns: false, limited: false }
const read = (over: Partial<Parameters<typeof kindConfig>[0]> = {}) => parse(kindConfig({ ...GIVEN, ...over })) as Read
const patch = ({ kubeadmConfigPatches }: Read, kind: string): unknown =>
  kubeadmConfigPatches.map((text) => parse(text) as { kind: string }).find((one) => one.kind === kind)

test('a kind cluster has a control plane that workloads avoid, and two workers, all from one image', () => {
  const config = read()
  expect(config.nodes).toEqual([
    {
      role: 'control-plane',
      image: 'node:1',
      // Whether it is used is known only when the nodes are there; kind draws the port.
      extraPortMappings: [{ containerPort: 30_080, hostPort: 0, listenAddress: '127.0.0.1', protocol: 'TCP' }],
    },
    { role: 'worker', image: 'node:1' },
    { role: 'worker', image: 'node:1' },
  ])
  const taints = [{ key: 'node-role.kubernetes.io/control-plane', effect: 'PreferNoSchedule' }]
  const kubeletExtraArgs = { 'housekeeping-interval': '1s' }
  const skipPhases = ['preflight', 'addon/coredns']
  const nodeRegistration = { taints, kubeletExtraArgs }
  expect(patch(config, 'InitConfiguration')).toEqual({ kind: 'InitConfiguration', nodeRegistration, skipPhases })
  expect(patch(config, 'JoinConfiguration')).toMatchObject({ nodeRegistration: { kubeletExtraArgs } })
  const etcd = { local: { extraArgs: { 'unsafe-no-fsync': 'true' } } }
  expect(patch(config, 'ClusterConfiguration')).toEqual({ kind: 'ClusterConfiguration', etcd })
  expect(patch(read({ coredns: true }), 'InitConfiguration')).not.toHaveProperty('skipPhases')
})

test('nodes work without CAP_SYS_RESOURCE on a machine that lacks it, and only there', () => {
  const plain = read()
  expect(plain).not.toHaveProperty('featureGates')
  expect(plain).not.toHaveProperty('containerdConfigPatches')
  expect(patch(plain, 'KubeletConfiguration')).not.toHaveProperty('cgroupDriver')
  const limited = read({ limited: true })
  expect(limited.featureGates).toEqual({ KubeletInUserNamespace: true })
  expect(limited.containerdConfigPatches?.[0]).toContain('restrict_oom_score_adj = true')
  expect(patch(limited, 'KubeletConfiguration')).toMatchObject({ cgroupDriver: 'cgroupfs', oomScoreAdj: 0 })
})

test('a folder of the machine has the same path in every node', () => {
  const mounts = read({ folders: ['/some/where'] }).nodes.map(({ extraMounts }) => extraMounts)
  const mount = { hostPath: '/some/where', containerPath: '/some/where' }
  expect(mounts).toEqual([[mount], [mount], [mount]])
  expect(storageOf({ platform: 'linux', uid: 1000 })).toBeNull()
  expect(storageOf({ platform: 'darwin', uid: 0 })).toBeNull()
  expect(storageOf({ platform: 'linux', uid: 0 })).toBe('/var/lib/meshdrill/kind/storage')
})

test('backup tools do not skip the volumes of a node, and their folder can be emptied', async () => {
  expect(localVolumes.metadata.annotations).toEqual({ defaultVolumeType: 'local' })
  expect(localVolumes.provisioner).toBe('rancher.io/local-path')
  // Below /var, which is a volume of Docker's by which a node that is off can be reached.
  expect(LOCAL_VOLUMES).toBe('/var/local-path-provisioner')
  const storage = await readFile(
    new URL('../../../../lib/clusters/embedded/local-storage.yaml', import.meta.url),
    'utf8',
  )
  expect(storage).toContain('/opt/local-path-provisioner')
})

test('a node image contains every image that kubeadm and kind ask for, under the same names', () => {
  const names = nodeRecipes.flatMap(({ reference, also = [] }) => [reference, ...also])
  const planes = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy']
  expect(names).toEqual(expect.arrayContaining(planes.map((name) => `registry.k8s.io/${name}:${kubernetesVersion}`)))
  const others = ['etcd:3.6.8-0', 'pause:3.10.2', 'pause:3.10'].map((name) => `registry.k8s.io/${name}`)
  const ours = ['kubernetes', 'coredns', 'busybox', 'local-path-provisioner'].map(
    (name) => `localhost/meshdrill/${name}:1`,
  )
  expect(names).toEqual(expect.arrayContaining([...others, ...ours]))
  expect(new Set(names).size).toBe(names.length)
})

test('the node image declares how a node starts', () => {
  const command = importCommand('/cache/node.tar')
  expect(command[0]).toBe('import')
  expect(command.slice(-2)).toEqual(['/cache/node.tar', nodeImage])
  expect(command).toContain('ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]')
})

test('a program inside the combined binary is called by its own name and with unchanged arguments', async () => {
  await inFolder(async (folder) => {
    const program = join(folder, 'kubernetes')
    await writeFile(program, '#!/bin/sh\nprintf "<%s>" "$@"\n')
    const script = join(folder, 'kubelet')
    await writeFile(script, wrapperScripts(['kubelet'], program).kubelet ?? '')
    for (const file of [program, script]) await chmod(file, 0o755)
    const { stdout } = await promisify(execFile)(script, ['--a', 'b c', ''])
    expect(stdout).toBe('<kubelet><--a><b c><>')
  })
})

test('the network manifest is a template in which kind fills in only the range of the pods', async () => {
  const text = await readFile(new URL('../../../../lib/clusters/kind/node-image/network.yaml', import.meta.url), 'utf8')
  expect(text).toContain('would you kindly template this file')
  expect(text.match(/\{\{.*?\}\}/g)).toEqual(['{{ .PodSubnet }}'])
  const objects = parseAllDocuments(text.replace('{{ .PodSubnet }}', '10.244.0.0/16')).map(
    (one) => one.toJS() as object,
  )
  expect(objects.map((object) => (object as { kind: string }).kind)).toEqual([
    ...['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'DaemonSet'],
  ])
})

test('without MESHDRILL_CLUSTER the embedded cluster is chosen where it can run, else kind where Docker answers', () => {
  let asked = 0
  const docker = (answers: boolean) => () => {
    asked += 1
    return answers
  }
  const of = (platform: string, root: boolean, answers: boolean) =>
    chooseCluster({ platform, root, dockerAnswers: docker(answers) })
  expect(of('linux', true, true)).toBe('embedded')
  expect(asked).toBe(0)
  expect([of('linux', false, true), of('darwin', true, true)]).toEqual(['kind', 'kind'])
  expect(of('linux', false, false)).toBe('embedded')
  expect(readConfig({}, () => 'kind')).toMatchObject({ cluster: 'kind', kind: { artifacts: 'public', images: null } })
  expect(readConfig({ MESHDRILL_CLUSTER: 'embedded' }, () => 'kind')).toMatchObject({ cluster: 'embedded', kind: null })
  const built = readConfig({ MESHDRILL_CLUSTER: 'kind', MESHDRILL_ARTIFACTS: 'built' })
  expect(built).toMatchObject({ cluster: 'kind', kind: { artifacts: 'built' }, existing: null })
  expect(() => readConfig({ MESHDRILL_CLUSTER: 'kind', MESHDRILL_ARTIFACTS: 'none' })).toThrow('"none" is not known')
})

test('the pod network has the rights for the requests of its script', async () => {
  const folder = new URL('../../../../lib/clusters/kind/node-image/', import.meta.url)
  const script = await readFile(new URL('network.sh', folder), 'utf8')
  const objects = parseAllDocuments(await readFile(new URL('network.yaml', folder), 'utf8')).map(
    (document) => document.toJS() as { kind: string; rules?: { resources: string[]; verbs: string[] }[] },
  )
  const allowed = objects
    .find(({ kind }) => kind === 'ClusterRole')
    ?.rules?.find((rule) => rule.resources[0] === 'nodes')
  const asks = [
    script.includes('get node "') && 'get',
    script.includes('get nodes --watch') && ['list', 'watch'],
  ].flat()
  expect(asks).toEqual(['get', 'list', 'watch'])
  expect(allowed?.verbs).toEqual(asks)
})
