import { stringify } from 'yaml'

export interface KindConfig {
  /** The node image. */
  image: string
  workers: number
  /** Folders of this machine that are mounted into every node at the same path. */
  folders: string[]
  /** True if kubeadm installs its own CoreDNS. The one built here lacks some of its plugins. */
  coredns: boolean
  /** True if the nodes may not raise limits or lower OOM scores, as in some sandboxes. */
  limited: boolean
}

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane'
/** Node selector of the components that drills need, such as the mesh and the backup tool. */
export const SYSTEM_NODES = { [CONTROL_PLANE]: '' }

/** NodePort of the ingress gateway if the nodes' own addresses are not reachable. */
export const GATEWAY_NODE_PORT = 30080
/** kind chooses a free port. Only this machine reaches it. */
const gatewayMapping = { containerPort: GATEWAY_NODE_PORT, hostPort: 0, listenAddress: '127.0.0.1', protocol: 'TCP' }

/**
 * The file for `kind create cluster --config`. The gateway's port is always mapped: whether this machine reaches the nodes' own
 * addresses is known only after they have started. containerd's socket is where Chaos Mesh expects it.
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

/** Patches for kubeadm. Where kubeadm has several API versions, none is named, and kind fills in the one that it uses. */
function kubeadmPatches({ coredns, limited }: Pick<KindConfig, 'coredns' | 'limited'>): object[] {
  // Many backups are shorter than the default of 10 s. Their CPU could not be measured.
  const kubeletExtraArgs = { 'housekeeping-interval': '1s' }
  // Keeps workloads off the control plane. A node selector is enough to run there.
  const taints = [{ key: CONTROL_PLANE, effect: 'PreferNoSchedule' }]
  // This list replaces kind's own list, so it names kind's entry too.
  const skipPhases = coredns ? {} : { skipPhases: ['preflight', 'addon/coredns'] }
  return [
    { kind: 'InitConfiguration', nodeRegistration: { taints, kubeletExtraArgs }, ...skipPhases },
    // The cluster does not outlive the machine, and etcd's fsyncs would slow down those of the workload, which are measured.
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
      // These settings belong to the machine, not to the node.
      conntrack: { maxPerCore: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    },
  ]
}

const containerdPatch = `[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = false
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
`

/** Volumes on a node's own disk. Backup tools skip the hostPath volumes of kind's own class. */
export const localVolumes = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'meshdrill-local', annotations: { defaultVolumeType: 'local' } },
  provisioner: 'rancher.io/local-path',
  volumeBindingMode: 'WaitForFirstConsumer',
  reclaimPolicy: 'Delete',
}
