import { defaultRuntime, docker, dockerProblem, imageId, pullImage } from '../../docker/docker.ts'
import { ownerLabels, thisOwner } from '../../docker/labels.ts'
import { strategies } from '../../components/tools.ts'
import { toolComponent } from '../../components/needed.ts'
import { matrix } from '../../matrix/matrix.ts'
import { run } from '../../system/run.ts'
import { openContainerStore, startContainerStore, stopContainerStore } from '../../store/container.ts'
import type { Cluster, ClusterOptions, ClusterProvider, FoundLab, StorePower, VolumeWipe } from '../../lab/cluster.ts'
import { ensureImages, isPacked } from '../embedded/images/images.ts'
import { lazyToolchain } from '../embedded/toolchain/build.ts'
import { artifactsOf } from '../existing/artifacts.ts'
import { existing } from '../existing/existing.ts'
import type { ExistingRun } from '../existing/options.ts'
import { kindNodeImage } from '../versions.ts'
import { findProgram } from '../public/artifacts.ts'
import { GATEWAY_NODE_PORT, localVolumes, SYSTEM_NODES } from './cluster-config.ts'
import { CLUSTER, isLimited, NETWORK } from './containers.ts'
import { hostPathOf } from './host-path.ts'
import { kubeconfigFile, readLab, storeFolder, tearDown, underLock, type KindLab } from './lab.ts'
import { makeOrKeep } from './make.ts'
import { nodeImage } from './node-image/recipes.ts'
import { LOOPBACK, platformProblem, reachBeside, WITHOUT_ADDRESSES, type Ports } from './ports.ts'
import { imageLoader } from './images.ts'
import { packedImages } from '../embedded/images/recipes.ts'
import { unpublishedImages } from '../public/catalog.ts'
import { LOCAL_VOLUMES } from './node-image/root.ts'

type Log = (line: string) => void

export type KindOptions = Pick<ExistingRun, 'artifacts' | 'images' | 'k6' | 'components' | 'workloads'> & {
  ports: Ports
}

/**
 * A cluster of Docker containers on this machine. kind creates it for the run, and the drills use it like an existing cluster. With
 * built artifacts, the nodes run an image that was packed here, and no registry is needed.
 */
export function kind(options: KindOptions): ClusterProvider {
  return {
    name: 'kind',
    requires: () => problemsOf(options),
    create: (asked) => underLock(() => create(options, asked), asked.log),
    async attach() {
      const lab = await requireLab()
      const log = (): void => undefined
      return kindOf(await existing(runOf(options, lab)).attach(), lab, { kind: programOf(options, log), log })
    },
    async find() {
      const lab = await readLab()
      return lab === null ? null : foundLab(lab, options)
    },
  }
}

const programOf =
  ({ artifacts }: KindOptions, log: Log) =>
  (): Promise<string> =>
    artifacts === 'built' ? lazyToolchain({ log }).binary('kind') : findProgram('kind')

async function create(options: KindOptions, asked: ClusterOptions): Promise<Cluster> {
  const { log } = asked
  const built = options.artifacts === 'built'
  const image = built ? nodeImage : kindNodeImage
  if (!built) await pullImage(image, log)
  const program = programOf(options, log)
  const artifacts = artifactsOf(runOf(options, null), {}, log)
  try {
    const hostPath = built || !takesSnapshots(options) ? null : hostPathOf(artifacts)
    const ingredients = { kind: program, image, artifacts, built, ports: options.ports, hostPath }
    const { lab, readyMs } = await makeOrKeep(ingredients, asked)
    const cluster = await existing(runOf(options, lab)).create(asked)
    return kindOf({ ...cluster, readyMs }, lab, { kind: program, log })
  } catch (error) {
    // If creation fails, everything created so far is removed. A lab of another run or user is not touched.
    if ((await readLab())?.owner.pid === asked.ownerPid) {
      const gone = await tearDown().catch((reason: unknown) => [`not all of it: ${String(reason)}`])
      log(`removed again: ${gone.join(', ')}`)
    }
    throw error
  }
}

/** True if a row of the run's tools needs volumes that can be snapshotted. */
const takesSnapshots = ({ components }: KindOptions): boolean =>
  matrix.some(
    ({ strategy, volumes, illegal }) =>
      illegal === null && volumes === 'snapshots' && components.includes(toolComponent(strategies[strategy].tool)),
  )

async function requireLab(): Promise<KindLab> {
  const lab = await readLab()
  if (lab?.uid) return lab
  throw new Error(
    'There is no kind cluster to attach to. Next, to create one: MESHDRILL_CLUSTER=kind npx playwright test',
  )
}

/** What is missing on this machine, each with the next command. If Docker does not answer, that is the only problem. */
async function problemsOf({ artifacts }: KindOptions): Promise<string[]> {
  const unfit = platformProblem(process.platform, artifacts) ?? (await dockerProblem())
  if (unfit !== null) return [unfit]
  const problems: string[] = []
  if ((await run('sh', ['-c', 'command -v flock']).catch(() => null)) === null)
    problems.push('there is no flock in PATH. Next, on macOS: brew install flock')
  if (artifacts === 'built' && (await imageId(nodeImage)) === null)
    problems.push(`Docker has no image "${nodeImage}". Next: npx meshdrill node-image`)
  if (isLimited() && (await defaultRuntime()) === 'runc')
    problems.push(
      'this machine lacks CAP_SYS_RESOURCE, without which runc starts no privileged container. Next: see "Machines without CAP_SYS_RESOURCE" in docs/clusters/kind.md',
    )
  return problems
}

/** References of the images that nobody publishes. The nodes get them from this machine. */
const PACKED: Record<string, string> = Object.fromEntries(
  unpublishedImages.flatMap((name) => {
    const packed = packedImages[name]
    return packed === undefined ? [] : [[name, packed.reference]]
  }),
)

/** Options for the provider of existing clusters. kind's cluster needs no confirmation by the user. `lab` is null before it exists. */
const runOf = ({ artifacts, images, k6, components, workloads }: KindOptions, lab: KindLab | null): ExistingRun => ({
  ...placeOf(lab),
  context: `kind-${CLUSTER}`,
  kubeconfigs: [kubeconfigFile()],
  confirm: lab?.uid ?? null,
  artifacts,
  images,
  k6,
  components,
  workloads,
  made: {
    images: PACKED,
    k6: { network: NETWORK, labels: ownerLabels(thisOwner()), reach: reachBeside(lab?.gatewayPort ?? null) },
  },
  systemNodes: SYSTEM_NODES,
  storageClass: localVolumes.metadata.name,
  snapshotStorageClass: null,
  storagePods: { namespace: 'storage', prefix: '' },
  store: null,
})

/** With mapped ports, the cluster lacks what needs the nodes' own addresses. */
const placeOf = (lab: KindLab | null): Pick<ExistingRun, 'power' | 'nodeAddress'> =>
  typeof lab?.gatewayPort === 'number'
    ? { power: null, nodeAddress: LOOPBACK }
    : { power: { stop: 'docker kill {node}', start: 'docker start {node}' }, nodeAddress: null }

function kindOf(
  cluster: Cluster,
  lab: KindLab,
  { kind, log }: { kind: () => Promise<string>; log: Log },
): Cluster & VolumeWipe & StorePower {
  const { artifacts } = cluster
  return {
    ...cluster,
    provider: 'kind',
    ...(lab.gatewayPort === null
      ? {}
      : { mapped: { nodePort: GATEWAY_NODE_PORT, port: lab.gatewayPort }, withoutNodePower: WITHOUT_ADDRESSES }),
    artifacts: {
      ...artifacts,
      component: (name) =>
        name === 'kubernetes'
          ? { version: versionOf(lab), source: `the node image ${lab.image}` }
          : artifacts.component(name),
    },
    loadImages: imageLoader(lab, { kind, log }),
    openStore() {
      const image = artifacts.image('versity/versitygw')
      const archive = async () => (await ensureImages(lazyToolchain({ log }), { log }).archive(image)).path
      return openContainerStore(storeFolder(), {
        name: `${CLUSTER}-store`,
        image,
        archive: isPacked(image) ? archive : null,
        network: NETWORK,
        published: lab.gatewayPort !== null,
        labels: ownerLabels(thisOwner()),
        owner: lab.keep ? null : lab.owner,
        log,
      })
    },
    stopStore: () => stopContainerStore(storeFolder()),
    startStore: () => startContainerStore(storeFolder()),
    async wipeVolumes(name) {
      const image = (await docker(['inspect', '--format', '{{ .Image }}', name])).trim()
      const wipe = ['run', '--rm', '--network', 'none', '--volumes-from', name, '--entrypoint', 'find', image]
      await docker([...wipe, LOCAL_VOLUMES, '-mindepth', '1', '-delete'])
    },
    async destroy() {
      await underLock(tearDown)
    },
  }
}

const versionOf = ({ image }: KindLab): string => /:(v[\d.]+)/.exec(image)?.[1] ?? 'not known'

const foundLab = (lab: KindLab, options: KindOptions): FoundLab => ({
  kubeconfig: kubeconfigFile(),
  ownerPid: lab.owner.pid,
  keep: lab.keep,
  async leave() {
    await (await existing(runOf(options, lab)).find())?.leave()
  },
  end: () => underLock(tearDown),
})
