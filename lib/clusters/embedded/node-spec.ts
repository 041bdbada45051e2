import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { cgroupOf } from './cgroups.ts'
import type { HostProcess, HostSpec } from './host.ts'
import {
  deviceName,
  DNS_ADDRESS,
  hostAddress,
  hostSetup,
  podRange,
  POD_RANGES,
  SERVICE_RANGE,
  type LabNetwork,
  groupOf,
} from './network.ts'

/** Input for a node's spec and configuration files. */
export interface NodePlan {
  labId: string
  name: string
  index: number
  role: 'control-plane' | 'worker'
  /** Folder of this node's files. Other nodes do not use it. */
  folder: string
  /** Folder of the cluster's certificates and kubeconfigs. */
  pki: string
  kubernetes: string
  network: LabNetwork
  nodes: number
  ownerPid: number
  /** Commands that the node runs when its network is up. */
  setup: string[][]
}

const CONTAINERD_SOCKET = '/run/containerd/containerd.sock'
const CAP_SYS_RESOURCE = 24n
/** Keeps workloads off the control plane. Pods that select this node need no toleration. */
const WORKERS_FIRST = { key: 'node-role.kubernetes.io/control-plane', effect: 'PreferNoSchedule' }

/** True if processes of this machine may raise limits and lower OOM scores. In some sandboxes, not even root may. */
export function canRaiseLimits(status = readFileSync('/proc/self/status', 'utf8')): boolean {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'
  return (BigInt(`0x${bounding}`) & (1n << CAP_SYS_RESOURCE)) !== 0n
}

export function nodeSpec(plan: NodePlan): HostSpec {
  const { folder, name } = plan
  const process = (program: string, argv: string[]): HostProcess => ({
    name: program,
    argv,
    env: [],
    log: join(folder, 'log', `${program}.log`),
  })
  const kubernetes = (program: string, ...flags: string[]) => process(program, [plan.kubernetes, program, ...flags])
  const controlPlane = plan.role === 'control-plane' ? controlPlaneProcesses(plan, process, kubernetes) : []
  return {
    hostname: name,
    cgroup: cgroupOf(plan.labId, name),
    ownerPid: plan.ownerPid,
    device: deviceName(name),
    bridge: plan.network.bridge,
    group: groupOf(plan.labId),
    pidFile: join(folder, 'init.pid'),
    mounts: [
      { source: '', target: '/run' },
      { source: join(folder, 'kubelet'), target: '/var/lib/kubelet' },
      { source: join(folder, 'pod-logs'), target: '/var/log/pods' },
      { source: join(folder, 'volumes'), target: '/opt/local-path-provisioner' },
    ],
    setup: [...hostSetup(plan.network, plan.index, plan.nodes), ...plan.setup],
    processes: [
      ...controlPlane,
      process('containerd', ['containerd', '-c', join(folder, 'containerd.toml')]),
      kubernetes(
        'kubelet',
        `--config=${join(folder, 'kubelet.yaml')}`,
        `--kubeconfig=${join(plan.pki, `${name}.kubeconfig`)}`,
        `--hostname-override=${name}`,
        `--node-ip=${hostAddress(plan.network, plan.index)}`,
        // With the default of 10 s, the CPU time of short backups could not be measured.
        '--housekeeping-interval=1s',
      ),
      kubernetes(
        'kube-proxy',
        `--kubeconfig=${join(plan.pki, 'admin.kubeconfig')}`,
        '--proxy-mode=nftables',
        `--cluster-cidr=${POD_RANGES}`,
        `--hostname-override=${name}`,
        // Conntrack settings apply to the whole machine, so kube-proxy must not change them.
        '--conntrack-max-per-core=0',
        '--conntrack-tcp-timeout-established=0',
        '--conntrack-tcp-timeout-close-wait=0',
      ),
    ],
  }
}

type Make = (program: string, argv: string[]) => HostProcess
type MakeKubernetes = (program: string, ...flags: string[]) => HostProcess

function controlPlaneProcesses(plan: NodePlan, process: Make, kubernetes: MakeKubernetes): HostProcess[] {
  const { pki, folder } = plan
  const etcd = 'http://127.0.0.1:2379'
  const admin = `--kubeconfig=${join(pki, 'admin.kubeconfig')}`
  return [
    process('etcd', [
      'etcd',
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      '--listen-peer-urls=http://127.0.0.1:2380',
      // A lab does not survive a restart of the machine, so etcd needs no fsync. Its fsyncs would slow down the measured workload.
      '--unsafe-no-fsync',
    ]),
    kubernetes(
      'kube-apiserver',
      `--etcd-servers=${etcd}`,
      `--service-cluster-ip-range=${SERVICE_RANGE}`,
      `--advertise-address=${hostAddress(plan.network, plan.index)}`,
      `--tls-cert-file=${pki}/apiserver.crt`,
      `--tls-private-key-file=${pki}/apiserver.key`,
      `--client-ca-file=${pki}/ca.crt`,
      `--service-account-key-file=${pki}/sa.pub`,
      `--service-account-signing-key-file=${pki}/sa.key`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--authorization-mode=Node,RBAC',
      '--allow-privileged=true',
      '--enable-priority-and-fairness=false',
      `--kubelet-client-certificate=${pki}/admin.crt`,
      `--kubelet-client-key=${pki}/admin.key`,
      `--kubelet-certificate-authority=${pki}/ca.crt`,
      '--kubelet-preferred-address-types=InternalIP',
    ),
    kubernetes(
      'kube-controller-manager',
      admin,
      `--service-account-private-key-file=${pki}/sa.key`,
      `--root-ca-file=${pki}/ca.crt`,
      `--cluster-signing-cert-file=${pki}/ca.crt`,
      `--cluster-signing-key-file=${pki}/ca.key`,
      '--use-service-account-credentials=true',
      '--leader-elect=false',
      '--allocate-node-cidrs=false',
    ),
    kubernetes('kube-scheduler', admin, '--leader-elect=false'),
  ]
}

export function kubeletConfig(plan: NodePlan): string {
  return stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(plan.pki, 'ca.crt') },
    },
    tlsCertFile: join(plan.pki, `${plan.name}.crt`),
    tlsPrivateKeyFile: join(plan.pki, `${plan.name}.key`),
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    featureGates: { KubeletInUserNamespace: !canRaiseLimits() },
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    clusterDNS: [DNS_ADDRESS],
    clusterDomain: 'cluster.local',
    resolvConf: join(plan.folder, 'resolv.conf'),
    // The node shares the machine's disk, so a full disk must not evict its pods.
    evictionHard: { 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    enforceNodeAllocatable: [],
    oomScoreAdj: 0,
    registerWithTaints: plan.role === 'control-plane' ? [WORKERS_FIRST] : [],
    serializeImagePulls: false,
  })
}

export function containerdConfig(plan: NodePlan): string {
  return `version = 2
root = "${join(plan.folder, 'containerd')}"
state = "/run/containerd"
[grpc]
  address = "${CONTAINERD_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/meshdrill/pause:1"
  restrict_oom_score_adj = ${!canRaiseLimits()}
  disable_apparmor = true
  disable_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${join(plan.folder, 'cni')}"
`
}

/** Pods have point-to-point links, so that every packet is routed and passes kube-proxy's rules. */
export function cniConfig(plan: NodePlan): string {
  const ipam = {
    type: 'host-local',
    ranges: [[{ subnet: podRange(plan.index) }]],
    routes: [{ dst: '0.0.0.0/0' }],
    dataDir: '/run/cni-ipam',
  }
  const plugins = [
    { type: 'ptp', ipMasq: false, ipam },
    { type: 'portmap', capabilities: { portMappings: true } },
  ]
  return JSON.stringify({ cniVersion: '1.0.0', name: 'meshdrill', plugins })
}
