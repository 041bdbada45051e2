import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { builtArtifacts } from './artifacts.ts'
import { connect, podsReady, readManifest } from '../../kube/client.ts'
import { identify } from '../../system/process.ts'
import { undoFolder } from '../../faults/undo/folder.ts'
import { undoFolderOf } from '../../faults/undo/journal.ts'
import { openStore } from './versitygw.ts'
import type { ClusterOptions, ClusterProvider } from '../../lab/cluster.ts'
import type { EmbeddedCluster } from './host.ts'
import { isSameUserAndCheckout, userAndCheckout } from '../../system/environment.ts'
import { startHost } from './host.ts'
import { ensureImages } from './images/images.ts'
import { chooseNetwork, createNetwork, gatewayAddress, hostAddress, readMachineNetwork } from './network.ts'
import { nodeSpec, type NodePlan } from './node-spec.ts'
import { importImage, nodeFolder, nodesReady, writeNodeFiles, HOST_DEVICES, NODES } from './nodes.ts'
import { labFolder } from './paths.ts'
import { powerOf } from './power.ts'
import { createPki } from './pki.ts'
import {
  allRunning,
  controlPlaneRuns,
  noteHost,
  noteName,
  ownerRuns,
  readState,
  writeState,
  type LabState,
  createIdentity,
} from './state.ts'
import { createStorage, installStorage, mountStorage, releaseStorage } from './storage.ts'
import { tearDown } from './teardown.ts'
import { keyOf } from './toolchain/cache.ts'
import { programs, programsFor } from './toolchain/programs.ts'
import { allImages } from './images/recipes.ts'
import type { ComponentName } from '../../components/index.ts'
import type { WorkloadName } from '../../workloads/index.ts'
import { buildKey, goEnvironment } from './toolchain/go.ts'
import { installPackages, missingPackages } from './toolchain/debian.ts'
import { takeLock } from '../../system/lock.ts'
import { preflight } from './toolchain/preflight.ts'
import { missingBinaries, startToolchain, type Toolchain } from './toolchain/build.ts'

const CONTROL_PLANE = { 'node-role.kubernetes.io/control-plane': '' }

const SYSTEM_IMAGES = ['pause', 'coredns', 'local-path-provisioner', 'busybox'].map(
  (name) => `localhost/meshdrill/${name}:1`,
)

/**
 * Upstream Kubernetes on this machine, without Docker or a registry. Each node is a set of Linux namespaces. Only the programs
 * that the `needed` components and the chosen workloads use are built.
 */
export function embedded(needed: readonly ComponentName[], chosen: readonly WorkloadName[]): ClusterProvider {
  const wanted = programsFor(needed, chosen)
  return {
    name: 'embedded',
    requires: () => preflight(wanted),
    async create(options: ClusterOptions) {
      const { log } = options
      const building = (await missingBinaries(wanted)).length > 0
      await installPackages(await missingPackages({ building }), log)
      const toolchain = startToolchain({ log, wanted: wanted.map(({ name }) => name) })
      const onWait = (pid: string) => {
        log(`waiting for process ${pid}, which is creating a lab`)
      }
      const release = await takeLock(`${labFolder()}.lock`, { onWait, signal: new AbortController().signal })
      try {
        const made = { ...options, recipe: await readRecipe() }
        const attached = await attachOrRemove(await readState(), made)
        return attached ? clusterOf(attached, toolchain, log) : await createCluster(toolchain, made)
      } finally {
        await release()
      }
    },
    async attach() {
      const state = await readState()
      // A fault of a killed drill may have stopped the store or other nodes. The caller starts them again.
      if (state === null || !(await controlPlaneRuns(state))) {
        throw new Error('There is no lab to attach to. Next, to create one: npx playwright test')
      }
      return clusterOf(state, startToolchain({ log: () => undefined, wanted: [] }), () => undefined)
    },
    async find() {
      const state = await readState()
      if (state === null) return null
      const { kubeconfig, keep, owner } = state
      return { kubeconfig, keep, ownerPid: owner.pid, leave: () => Promise.resolve(), end: tearDown }
    },
  }
}

/** One hash of all inputs of a lab. A kept lab with another recipe is replaced. */
async function readRecipe(): Promise<string> {
  const environment = await goEnvironment()
  const keys = await Promise.all(programs.map((program) => buildKey(program, environment)))
  const files = ['node-spec.ts', 'system.yaml', 'local-storage.yaml', 'storage.yaml', 'images/content.ts'].map((file) =>
    join(import.meta.dirname, file),
  )
  return keyOf([...keys, JSON.stringify(allImages), ...(await Promise.all(files.map((file) => readFile(file))))])
}

type LabOptions = ClusterOptions & { recipe: string }

/**
 * Handles an existing lab. Attaches to a kept lab and returns its state; removes any other lab and returns null. Errors: the lab
 * is in use.
 */
async function attachOrRemove(state: LabState | null, options: LabOptions): Promise<LabState | null> {
  if (state !== null && (await ownerRuns(state))) {
    throw new Error(
      `A lab of user "${state.identity.user}", created in "${state.identity.checkout}", is in use by process ${state.owner.pid}, since ${state.createdAt}. Next: wait for it, or end it there: npm run lab:down`,
    )
  }
  if (
    state?.keep &&
    state.recipe === options.recipe &&
    isSameUserAndCheckout(state.identity, userAndCheckout()) &&
    (await isWhole(state))
  ) {
    options.log(`attached to the kept lab of ${state.createdAt}`)
    state.owner = await identify(options.ownerPid)
    writeState(state)
    return state
  }
  const cleared = await tearDown()
  if (cleared.length > 0) options.log(`removed an earlier lab: ${cleared.join(', ')}`)
  return null
}

/** True if every host runs, or if the faults that stopped hosts can be undone. */
async function isWhole(state: LabState): Promise<boolean> {
  if (await allRunning(state)) return true
  const { entries } = await undoFolder(undoFolderOf(labFolder())).list()
  return entries.length > 0 && (await controlPlaneRuns(state))
}

async function createCluster(toolchain: Toolchain, options: LabOptions): Promise<EmbeddedCluster> {
  const { keep, log } = options
  const [nodeInit, kubernetes] = await Promise.all([toolchain.binary('node-init'), toolchain.binary('kubernetes')])
  const startedMs = performance.now()
  const network = chooseNetwork(await readMachineNetwork(), null, HOST_DEVICES)
  const identity = await createIdentity()
  const pki = join(labFolder(), 'pki')
  await mkdir(pki, { recursive: true, mode: 0o700 })
  const kubeconfig = await createPki(nodeInit, pki, { network, nodes: NODES, specFile: join(labFolder(), 'pki.json') })
  await createNetwork(network, { nodes: NODES.length, labId: identity.id })
  const storage = await createStorage()
  const state: LabState = {
    identity,
    recipe: options.recipe,
    createdAt: new Date().toISOString(),
    keep,
    owner: await identify(options.ownerPid),
    network,
    kubeconfig,
    nodes: [],
    hosts: [],
    images: [],
    parts: [],
  }
  writeState(state)
  for (const [index, name] of NODES.entries()) {
    const role = index === 0 ? 'control-plane' : 'worker'
    const folder = nodeFolder(name)
    const ownerPid = keep ? 0 : options.ownerPid
    const shared = {
      labId: identity.id,
      pki,
      kubernetes,
      network,
      nodes: NODES.length,
      ownerPid,
      setup: [mountStorage(storage)],
    }
    const plan: NodePlan = { name, index, role, folder, ...shared }
    await writeNodeFiles(plan)
    const node = await startHost(nodeInit, folder, hostAddress(network, index), nodeSpec(plan))
    state.nodes.push(node)
    noteHost('nodes', node)
  }
  const cluster = clusterOf(state, toolchain, log)
  await nodesReady(cluster)
  await releaseStorage(storage)
  const readyMs = performance.now() - startedMs
  log(`${NODES.length} of ${NODES.length} nodes Ready after ${(readyMs / 1000).toFixed(1)} s`)
  await cluster.loadImages(SYSTEM_IMAGES)
  const kube = connect(kubeconfig)
  await kube.apply([controlPlane])
  for (const file of ['system.yaml', 'local-storage.yaml'])
    await kube.apply(await readManifest(new URL(file, import.meta.url)))
  await podsReady(kube, 'kube-system', { 'k8s-app': 'kube-dns' }, { timeout: '60s' })
  await installStorage(cluster, kube, { nodes: NODES.length })
  return { ...cluster, readyMs }
}

/** Labels the first node. A kubelet may not set this label on its own node. */
const controlPlane = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: NODES[0] ?? '', labels: CONTROL_PLANE },
}

function clusterOf(state: LabState, toolchain: Toolchain, log: (line: string) => void): EmbeddedCluster {
  const archives = ensureImages(toolchain, { log })
  const cluster: EmbeddedCluster = {
    provider: 'embedded',
    kubeconfig: state.kubeconfig,
    artifacts: builtArtifacts(toolchain),
    folder: labFolder(),
    labId: state.identity.id,
    network: state.network,
    toolchain,
    readyMs: null,
    nodeCount: NODES.length,
    openStore: () => openStore(cluster, state.keep ? 0 : state.owner.pid),
    async startHost(start) {
      const host = await start(NODES.length + state.hosts.length)
      state.hosts.push(host)
      noteHost('hosts', host)
      return host
    },
    has: (part) => state.parts.includes(part),
    note(part) {
      state.parts.push(part)
      noteName('parts', part)
      return Promise.resolve()
    },
    async describe() {
      const nodes = await connect(state.kubeconfig).core.listNode()
      return { kubernetes: nodes.items[0]?.status?.nodeInfo?.kubeletVersion ?? 'unknown', nodes: nodes.items.length }
    },
    async loadImages(images) {
      for (const image of images) {
        const { path } = await archives.archive(image)
        if (state.images.includes(path)) continue
        await Promise.all(state.nodes.map((node) => importImage(node, path)))
        state.images.push(path)
        noteName('images', path)
      }
    },
    k6: () => toolchain.binary('k6'),
    nodeAddress: () => state.nodes[0]?.address ?? gatewayAddress(state.network),
    systemNodes: CONTROL_PLANE,
    storageClasses: {
      local: 'local-path',
      snapshots: 'btrfs',
      // The CSI driver and the controllers.
      pods: { namespace: 'storage', prefix: '' },
    },
    ...powerOf(state, toolchain),
    async destroy() {
      await tearDown()
    },
  }
  return cluster
}
