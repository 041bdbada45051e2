import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect, isReady } from '../../kube/client.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { OUTPUT_LIMIT, shortenMiddle } from '../../output/shorten.ts'
import { run } from '../../system/run.ts'
import type { Cluster } from '../../lab/cluster.ts'
import { inside, type RunningHost } from './host.ts'
import { cniConfig, containerdConfig, kubeletConfig, type NodePlan } from './node-spec.ts'
import { labFolder } from './paths.ts'
import { deviceName } from './network.ts'

/** Names of the cluster's nodes. The first is the control plane. */
export const NODES = ['meshdrill-1', 'meshdrill-2', 'meshdrill-3']

/** Name of the S3 store's host, which is not a node. */
export const STORE = 'store'

/** Names of the hosts' network devices on the machine. */
export const HOST_DEVICES = [...NODES, STORE].map(deviceName)

/** Folder of a node's files. */
export const nodeFolder = (name: string): string => join(labFolder(), name)

/** Writes the configuration files of a node's programs. */
export async function writeNodeFiles(plan: NodePlan): Promise<void> {
  for (const folder of ['etcd', 'kubelet', 'pod-logs', 'volumes', 'containerd', 'cni', 'log']) {
    await mkdir(join(plan.folder, folder), { recursive: true, mode: folder === 'etcd' ? 0o700 : 0o755 })
  }
  await writeFile(join(plan.folder, 'kubelet.yaml'), kubeletConfig(plan))
  await writeFile(join(plan.folder, 'containerd.toml'), containerdConfig(plan))
  await writeFile(join(plan.folder, 'cni', '10-meshdrill.conflist'), cniConfig(plan))
  await writeFile(join(plan.folder, 'resolv.conf'), '')
}

/** Imports the images of an archive on a node. */
export async function importImage(node: RunningHost, archive: string): Promise<void> {
  const [program = '', ...args] = inside(node, ['ctr', '-n', 'k8s.io', 'images', 'import', archive])
  await run(program, args, { timeoutMs: 120_000 })
}

/** Resolves when every node is Ready. */
export async function nodesReady(cluster: Cluster): Promise<void> {
  const { core } = connect(cluster.kubeconfig)
  await waitFor(
    `${NODES.length} nodes Ready`,
    async () => {
      const answer = await core
        .listNode()
        .catch((error: unknown) => pending(shortenMiddle(String(error), OUTPUT_LIMIT)))
      if (!('items' in answer)) return answer
      const ready = answer.items.filter((node) => isReady(node))
      return ready.length === NODES.length ? true : pending(`${ready.length} of ${NODES.length} Ready`)
    },
    { timeout: '60s', every: '50ms', hint: `tail ${join(labFolder(), NODES[0] ?? '', 'log')}/*.log` },
  )
}
