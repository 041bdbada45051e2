import { stringify } from 'yaml'

export interface KindConfig {
  /** The node image. */
  image: string
  workers: number
  /** Folders of this machine that every node has at the same place. */
  folders: string[]
  /** Whether kubeadm installs its own CoreDNS, whose plugins are not all in ours. */
  coredns: boolean
  /** Whether the nodes may not raise limits, nor lower OOM scores, as in some sandboxes. */
  limited: boolean
}

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane'
/** What drills stand on goes there by this label alone. */
export const SYSTEM_NODES = { [CONTROL_PLANE]: '' }

/** The NodePort that the ingress gateway has where nodes are not reached at their own addresses. */
export const GATEWAY_NODE_PORT = 30080
/** To a port of this machine that kind draws among the free ones, and that nobody else reaches. */
const gatewayMapping = { containerPort: GATEWAY_NODE_PORT, hostPort: 0, listenAddress: '127.0.0.1', protocol: 'TCP' }

/**
 * What `kind create cluster --config` reads. The gateway's port is mapped in any case, as whether this machine reaches the nodes'
 * own addresses is known when they are there. containerd's socket is where Chaos Mesh looks for it.
 */
export function kindConfig({ image, workers, folders, coredns, limited }: KindConfig): string {
  const extraMounts = folders.map((folder) => ({ hostPath: folder, containerPath: folder }))
  const roles = ['control-plane', ...Array.from({ length: workers }, () => 'worker')]
  return stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: { kubeProxyMode: 'nftables' },
    ...(limited ? { featureGates: { KubeletInUserNamespace: true } } : {}),
    nodes: roles.map((role) => ({
      role,
      image,
      ...(role === 'control-plane' ? { extraPortMappings: [gatewayMapping] } : {}),
      ...(folders.length === 0 ? {} : { extraMounts }),
    })),
    kubeadmConfigPatches: kubeadmPatches({ coredns, limited }).map((patch) => stringify(patch)),
    ...(limited ? { containerdConfigPatches: [containerdPatch] } : {}),
  })
}

/** Without versions where kubeadm's differ: kind then puts them into whichever it uses. */
function kubeadmPatches({ coredns, limited }: Pick<KindConfig, 'coredns' | 'limited'>): object[] {
  // The default of 10 s is longer than many a backup: its CPU could not be told.
  const kubeletExtraArgs = { 'housekeeping-interval': '1s' }
  // Keeps workloads off the control plane, and lets in what asks for it by a node selector alone.
  const taints = [{ key: CONTROL_PLANE, effect: 'PreferNoSchedule' }]
  // What kind itself leaves out is in the list that ours replaces.
  const skipPhases = coredns ? {} : { skipPhases: ['preflight', 'addon/coredns'] }
  return [
    { kind: 'InitConfiguration', nodeRegistration: { taints, kubeletExtraArgs }, ...skipPhases },
    // A cluster does not outlive the machine: etcd's fsyncs would only slow the workload's, which are measured.
    { kind: 'ClusterConfiguration', etcd: { local: { extraArgs: { 'unsafe-no-fsync': 'true' } } } },
    { kind: 'JoinConfiguration', nodeRegistration: { kubeletExtraArgs } },
    {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      failCgroupV1: false,
      ...(limited ? { oomScoreAdj: 0, cgroupDriver: 'cgroupfs' } : {}),
    },
    {
      apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
      kind: 'KubeProxyConfiguration',
      mode: 'nftables',
      // These settings are the machine's, not the node's.
      conntrack: { maxPerCore: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    },
  ]
}

const containerdPatch = `[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = false
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
`

/** Volumes of a node's own disk. Those that kind's own class makes are of a kind that backup tools skip. */
export const localVolumes = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'meshdrill-local', annotations: { defaultVolumeType: 'local' } },
  provisioner: 'rancher.io/local-path',
  volumeBindingMode: 'WaitForFirstConsumer',
  reclaimPolicy: 'Delete',
}
