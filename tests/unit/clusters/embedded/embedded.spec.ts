import { expect, test } from '@playwright/test'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import {
  DNS_ADDRESS,
  hostSetup,
  podRange,
  podRoutes,
  SERVICE_RANGE,
} from '../../../../lib/clusters/embedded/network.ts'
import {
  canRaiseLimits,
  cniConfig,
  containerdConfig,
  kubeletConfig,
  nodeSpec,
  type NodePlan,
} from '../../../../lib/clusters/embedded/node-spec.ts'
import { readState, writeState } from '../../../../lib/clusters/embedded/state.ts'
import { ownerPid, prepareRun } from '../../../../lib/record/run-folder.ts'
import { inFolder } from '../../in-folder.ts'
import { emptyLab } from '../../stand-ins/lab-state.ts'

test.describe('the network of a lab', () => {
  test('every node of a lab has routes to the pods of exactly the other nodes', () => {
    const network = { bridge: 'meshdrill0', prefix: '10.200.0' }
    expect(podRoutes(network, 3, 1)).toEqual([
      ['ip', 'route', 'add', '10.244.0.0/24', 'via', '10.200.0.2'],
      ['ip', 'route', 'add', '10.244.2.0/24', 'via', '10.200.0.4'],
    ])
    expect(podRoutes(network, 2)).toHaveLength(2)
    expect(hostSetup(network, 1, 3)).toEqual(expect.arrayContaining(podRoutes(network, 3, 1)))
  })
})

test.describe('a node', () => {
  const plan = (index: number): NodePlan => ({
    labId: '5f0b6d3e-8f5c-4f7e-9a57-2f1f0c0a7c11',
    name: `node-${index + 1}`,
    index,
    role: index === 0 ? 'control-plane' : 'worker',
    folder: `/lab/node-${index + 1}`,
    pki: '/lab/pki',
    kubernetes: '/cache/kubernetes',
    network: { bridge: 'meshdrill0', prefix: '10.200.0' },
    nodes: 2,
    ownerPid: 42,
    setup: [],
  })
  const [first, worker] = [plan(0), plan(1)]
  const programs = (of: NodePlan) => nodeSpec(of).processes.map(({ name }) => name)
  const flags = (of: NodePlan, program: string) => nodeSpec(of).processes.find(({ name }) => name === program)?.argv

  test('the first node runs the control plane and the programs of a worker, and a worker has no API server and no etcd', () => {
    expect(programs(worker)).toEqual(['containerd', 'kubelet', 'kube-proxy'])
    const controlPlane = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']
    expect(programs(first)).toEqual([...controlPlane, ...programs(worker)])
  })

  test('a node ends with its owner process and shares no file, address, device or identity with other nodes', () => {
    for (const of of [first, worker]) {
      const spec = nodeSpec(of)
      const files = [spec.pidFile, ...spec.mounts.map(({ source }) => source), ...spec.processes.map(({ log }) => log)]
      expect(spec.ownerPid).toBe(42)
      expect(files.filter((file) => file !== '' && !file.startsWith(`${of.folder}/`))).toEqual([])
      expect(flags(of, 'kubelet')).toContain(`--kubeconfig=/lab/pki/${of.name}.kubeconfig`)
      expect(flags(of, 'kubelet')).toContain(`--node-ip=10.200.0.${2 + of.index}`)
      expect(spec.device.length).toBeLessThan(16)
    }
    expect(nodeSpec(first).device).not.toBe(nodeSpec(worker).device)
    expect(nodeSpec(first).cgroup).not.toBe(nodeSpec(worker).cgroup)
  })

  test('the API server authenticates clients and allows no anonymous access', () => {
    const argv = flags(first, 'kube-apiserver') ?? []
    expect(argv).toEqual(expect.arrayContaining(['--authorization-mode=Node,RBAC', '--client-ca-file=/lab/pki/ca.crt']))
    expect(argv).toContain(`--service-cluster-ip-range=${SERVICE_RANGE}`)
    expect(argv.filter((flag) => flag.includes('anonymous') || flag.includes('insecure'))).toEqual([])
  })

  test('the kubelet refuses clients without a certificate and knows the addresses of DNS and containerd', () => {
    const config = parse(kubeletConfig(worker)) as Record<string, unknown>
    expect(config).toMatchObject({
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true },
        x509: { clientCAFile: '/lab/pki/ca.crt' },
      },
      tlsCertFile: '/lab/pki/node-2.crt',
      tlsPrivateKeyFile: '/lab/pki/node-2.key',
      clusterDNS: [DNS_ADDRESS],
      resolvConf: '/lab/node-2/resolv.conf',
      featureGates: { KubeletInUserNamespace: !canRaiseLimits() },
    })
    expect(kubeletConfig(worker)).not.toContain('AlwaysAllow')
    const socket = /address = "(.*)"/.exec(containerdConfig(worker))?.[1]
    expect(config.containerRuntimeEndpoint).toBe(`unix://${socket ?? '?'}`)
  })

  test('every node has its own containerd and its own range of pod addresses', () => {
    expect(containerdConfig(worker)).toContain('root = "/lab/node-2/containerd"')
    expect(containerdConfig(worker)).toContain('conf_dir = "/lab/node-2/cni"')
    expect(containerdConfig(worker)).toContain(`restrict_oom_score_adj = ${!canRaiseLimits()}`)
    expect(containerdConfig(worker)).not.toContain('node-1')
    expect(cniConfig(worker)).toContain(`"subnet":"${podRange(1)}"`)
    expect(cniConfig(first)).toContain(`"subnet":"${podRange(0)}"`)
  })
})

test('the right to raise limits is read from the bounding set of capabilities, not from the effective set', () => {
  const status = (bounding: string) => `Name:\tnode\nCapEff:\t000001ffffffffff\nCapBnd:\t${bounding}\nCapAmb:\t0\n`
  expect(canRaiseLimits(status('000001ffffffffff'))).toBe(true)
  expect(canRaiseLimits(status('0000000001000000'))).toBe(true)
  expect(canRaiseLimits(status('000001fffeffffff'))).toBe(false)
  expect(canRaiseLimits(status('0000000000800000'))).toBe(false)
  expect(canRaiseLimits('Name:\tnode\n')).toBe(false)
})

test.describe('the folder of a run', () => {
  test('the first process of a run creates the folder of the run, and its children inherit the folder', async () => {
    const before = process.cwd()
    await inFolder(async (folder) => {
      try {
        process.chdir(folder)
        const env: NodeJS.ProcessEnv = {}
        const run = prepareRun(env)
        expect(run.folder).toBe(join(folder, 'results', run.id))
        expect(run.id).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d$/)
        expect((await stat(run.folder)).isDirectory()).toBe(true)
        expect(ownerPid(env)).toBe(process.pid)
        // A later process in another working folder.
        process.chdir(before)
        const inherited = { ...env, MESHDRILL_OWNER_PID: '7' }
        expect(prepareRun(inherited)).toEqual(run)
        expect(ownerPid(inherited)).toBe(7)
      } finally {
        process.chdir(before)
      }
    })
  })

  test('a run without an owner process is an error, because the lab would never end', () => {
    for (const pid of [undefined, '', '0', '-1', '1.5', 'me']) {
      const env = pid === undefined ? {} : { MESHDRILL_OWNER_PID: pid }
      expect(() => ownerPid(env), pid).toThrow('MESHDRILL_OWNER_PID is not set')
    }
  })
})

test('parts that a process notes at the same time are all stored, and no temporary file stays', async () => {
  await inFolder(async (folder) => {
    const lab = structuredClone(emptyLab)
    const note = async (part: number) => {
      await Promise.resolve()
      lab.parts.push(String(part))
      writeState(lab, folder)
    }
    await Promise.all(Array.from({ length: 20 }, (_, part) => note(part)))
    expect((await readState(folder))?.parts).toHaveLength(20)
    expect(await readdir(folder)).toEqual(['notes', 'state.json'])
    expect(await readdir(join(folder, 'notes'))).toHaveLength(20)
  })
})
