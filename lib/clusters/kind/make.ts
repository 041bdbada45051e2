import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Artifacts } from '../../lab/artifacts.ts'
import { addressOf, dockerProblem, imageId } from '../../docker/docker.ts'
import { connect, isReady, podsReady, readManifest } from '../../kube/client.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { messageOf } from '../../system/file-error.ts'
import { OUTPUT_LIMIT, shortenMiddle } from '../../output/shorten.ts'
import { identify, isRunning, scriptArguments, type ProcessId } from '../../system/process.ts'
import { urlHost } from '../../system/connect.ts'
import type { ClusterOptions } from '../../lab/cluster.ts'
import { installStorage } from '../embedded/storage.ts'
import { keyOf } from '../embedded/toolchain/cache.ts'
import { kindConfig, localVolumes } from './cluster-config.ts'
import { CLUSTER, CONTROL_PLANE, ensureNetwork, isLimited, NETWORK } from './containers.ts'
import { installHostPath, type HostPath, type HostPathObjects } from './host-path.ts'
import { kindFolder, kubeconfigFile, readLab, isReusable, tearDown, writeLab, type KindLab } from './lab.ts'
import { API_SERVER_PORT, gatewayPortOf, LOOPBACK, type Ports } from './ports.ts'
import { imageLoader } from './images.ts'
import { runKind } from './program.ts'
import { makeStorage, STORAGE_LAB, storageOf } from './storage.ts'
import { spawn } from 'node:child_process'
import { mkdirSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sendSettings } from '../../system/child-settings.ts'

const MAIN = fileURLToPath(new URL('keeper.main.ts', import.meta.url))

/** Starts the process that removes the cluster after its owner has ended, for whatever reason. */
export function startKeeper(owner: ProcessId): void {
  mkdirSync(kindFolder(), { recursive: true, mode: 0o700 })
  const log = openSync(join(kindFolder(), 'keeper.log'), 'a')
  const child = spawn(process.execPath, scriptArguments(MAIN), { detached: true, stdio: ['pipe', log, log] })
  sendSettings(child.stdin, owner).end()
  child.unref()
}

const WORKERS = 2
const NODES = 1 + WORKERS
const CREATE_TIMEOUT_MS = 10 * 60_000

/** Inputs of a kind cluster. */
interface Ingredients {
  /** Path of the program kind. */
  kind: () => Promise<string>
  /** Node image. Docker has it. */
  image: string
  artifacts: Artifacts
  /** True if the name server and the storage come from this machine's toolchain. */
  built: boolean
  ports: Ports
  /** csi-driver-host-path from public registries; null if the cluster does not get it. */
  hostPath: HostPath | null
}

/** The kept cluster if it has the same recipe and works, else a new one. `readyMs`: until its nodes were Ready; null if kept. */
export async function makeOrKeep(
  from: Ingredients,
  options: ClusterOptions,
): Promise<{ lab: KindLab; readyMs: number | null }> {
  const storage = from.built ? storageOf() : null
  const folders = storage === null ? [] : [storage]
  const machine = { coredns: !from.built, limited: isLimited() }
  const config = kindConfig({ image: from.image, workers: WORKERS, folders, ...machine })
  const recipe = keyOf([config, (await imageId(from.image)) ?? '', from.ports])
  const wanted = { recipe, hostPath: from.hostPath?.recipe ?? null }
  const there = await readLab()
  if (there !== null && (await isRunning(there.owner)))
    throw new Error(
      `A lab is in use by process ${there.owner.pid}, since ${there.createdAt}. Next: wait for it, or end it: MESHDRILL_CLUSTER=kind npm run lab:down`,
    )
  const owner = await identify(options.ownerPid)
  if (there !== null && isReusable(there, wanted) && (await allReady())) {
    options.log(`attached to the kept kind cluster of ${there.createdAt}`)
    const lab = { ...there, owner }
    writeLab(lab)
    return { lab, readyMs: null }
  }
  // Manifests that cannot be fetched are an error before anything is changed.
  const hostPath = (await from.hostPath?.read()) ?? null
  const cleared = await tearDown()
  if (cleared.length > 0) options.log(`removed an earlier lab: ${cleared.join(', ')}`)
  const { image } = from
  const createdAt = new Date().toISOString()
  const lab: KindLab = {
    ...wanted,
    createdAt,
    keep: options.keep,
    owner,
    image,
    storage: storage !== null,
    uid: null,
    gatewayPort: null,
    loaded: [],
  }
  writeLab(lab)
  if (!options.keep) startKeeper(owner)
  return { lab, readyMs: await make(from, { lab, config, storage, hostPath }, options.log) }
}

/** Returns how long the nodes took to be Ready, in milliseconds. */
async function make(
  from: Ingredients,
  {
    lab,
    config,
    storage,
    hostPath,
  }: { lab: KindLab; config: string; storage: string | null; hostPath: HostPathObjects | null },
  log: (line: string) => void,
): Promise<number> {
  const program = await from.kind()
  const startedMs = performance.now()
  if (storage !== null) await makeStorage()
  await ensureNetwork(lab.owner)
  const configFile = join(kindFolder(), 'cluster.yaml')
  await mkdir(kindFolder(), { recursive: true, mode: 0o700 })
  await writeFile(configFile, config)
  log(`kind cluster of ${lab.image}, ${NODES} nodes …`)
  const create = ['create', 'cluster', '--name', CLUSTER, '--config', configFile, '--kubeconfig', kubeconfigFile()]
  await createByKind(program, create)
  lab.gatewayPort = await gatewayPortOf(from.ports, { node: CONTROL_PLANE, kubeconfig: kubeconfigFile() })
  if (lab.gatewayPort === null) await writeKubeconfig(program)
  else log(`the nodes are reached by ports of ${LOOPBACK}: the ingress gateway by ${lab.gatewayPort}`)
  await waitFor(`${NODES} nodes Ready`, async () => ((await allReady()) ? true : pending('some are not')), {
    timeout: '180s',
    every: '200ms',
    hint: `docker logs ${CONTROL_PLANE}; docker exec ${CONTROL_PLANE} journalctl -u kubelet`,
  })
  const readyMs = performance.now() - startedMs
  log(`${NODES} of ${NODES} nodes Ready after ${(readyMs / 1000).toFixed(1)} s`)
  const kube = connect(kubeconfigFile())
  lab.uid = (await kube.core.readNamespace({ name: 'kube-system' })).metadata?.uid ?? null
  writeLab(lab)
  await kube.apply([localVolumes])
  if (from.built) await kube.apply(await readManifest(new URL('../embedded/system.yaml', import.meta.url)))
  await podsReady(kube, 'kube-system', { 'k8s-app': 'kube-dns' }, { timeout: '120s' })
  const loadImages = imageLoader(lab, { kind: from.kind, log })
  if (storage !== null)
    await installStorage({ loadImages, artifacts: from.artifacts }, kube, { nodes: NODES, lab: STORAGE_LAB })
  if (hostPath !== null) await installHostPath(hostPath, kube, loadImages)
  return readyMs
}

/** Errors: kind failed or Docker died: the cause in one line, and the file with kind's whole output. */
async function createByKind(program: string, args: string[]): Promise<void> {
  try {
    await runKind(program, args, { timeoutMs: CREATE_TIMEOUT_MS })
  } catch (error) {
    const said = messageOf(error)
    const logFile = `${kindFolder()}-create.log`
    await writeFile(logFile, said)
    const lines = said.split('\n')
    const why =
      (await dockerProblem()) ?? shortenMiddle(lines.find((line) => line.startsWith('ERROR')) ?? said, OUTPUT_LIMIT)
    throw new Error(`the kind cluster could not be created: ${why}. Next: cat ${logFile}`, { cause: error })
  }
}

/** Writes the kubeconfig with the node's own address, which pods reach as well as this machine. */
async function writeKubeconfig(program: string): Promise<void> {
  const text = await runKind(program, ['get', 'kubeconfig', '--name', CLUSTER])
  const server = `https://${urlHost(await addressOf(CONTROL_PLANE, NETWORK))}:${API_SERVER_PORT}`
  await writeFile(kubeconfigFile(), text.replace(/server: .*/, `server: ${server}`), { mode: 0o600 })
}

async function allReady(): Promise<boolean> {
  try {
    const { items } = await connect(kubeconfigFile()).core.listNode({ timeoutSeconds: 5 })
    return items.length === NODES && items.every((node) => isReady(node))
  } catch {
    // An API server that does not answer is not ready.
    return false
  }
}
