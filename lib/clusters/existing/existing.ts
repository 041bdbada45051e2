import { noTraits } from '../../components/none/traits.ts'
import { delimiter } from 'node:path'
import { identify } from '../../system/process.ts'
import { readVariable } from '../../system/environment.ts'
import { runUid } from '../../record/run-folder.ts'
import type { Artifacts } from '../../lab/artifacts.ts'
import type { Lab } from '../../lab/lab.ts'
import { NO_TERMS } from '../../lab/terms.ts'
import { writeLine } from '../../output/print.ts'
import { openLocalStore, startLocalStore, stopLocalStore } from '../../store/local.ts'
import type {
  Cluster,
  ClusterOptions,
  ClusterProvider,
  FoundLab,
  StorePower,
  NodePower,
  StoreEndpoint,
} from '../../lab/cluster.ts'
import { artifactsOf } from './artifacts.ts'
import { undoEarlierFaults } from './earlier-undos.ts'
import { endLab } from './removal/ending.ts'
import { startKeeper, takeCluster } from './lease/keeper.ts'
import { chooseK6 } from './k6.ts'
import { leaseOf, NAMESPACE, waitingMessage } from './lease/lease.ts'
import { changeNotes, ownerHere, readNotes, type Notes } from './lease/notes.ts'
import type { ExistingOptions, ExistingRun } from './options.ts'
import { partsOf } from './plan/parts.ts'
import { intentOf, noteInstalled } from './plan/intent.ts'
import {
  openPinnedCluster,
  prepare,
  requireConfirmation,
  storeFolder,
  survey,
  versionsOf,
  type PinnedCluster,
  type SurveyedCluster,
} from './survey.ts'
import { forgetRun, isUuid, noteLease, pinOfRun, type PinnedAccess } from './access/run-access.ts'
import { announceRemoval, requireRemovalConfirmed } from './removal/confirmation.ts'
import { storeOfLab } from './store.ts'
import { surroundingsOf, type Surroundings } from './plan/surroundings.ts'
import { messageOf } from '../../system/file-error.ts'
import { ProgramError, run } from '../../system/run.ts'

const HOW_TO_CUT =
  "the user has set no commands for that. Next: MESHDRILL_STOP_NODE='<command with {node}>' and MESHDRILL_START_NODE='<command with {node}>'"

const TIMEOUT_MS = 120_000

/** Stops and starts nodes with the user's shell commands. Drills observe whether a node is off, and do not trust exit codes. */
export function powerBy(commands: NonNullable<ExistingOptions['power']>): NodePower {
  return {
    stopNode: (name) => runFor(commands.stop, name),
    startNode: (name) => runFor(commands.start, name),
  }
}

async function runFor(command: string, node: string): Promise<void> {
  // The name becomes part of a shell command, so only names that the API server accepts are allowed.
  if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(node)) throw new Error(`"${node}" is not the name of a node`)
  const line = command.replaceAll('{node}', node)
  try {
    await run('/bin/sh', ['-c', line], { timeoutMs: TIMEOUT_MS })
  } catch (error) {
    const said = error instanceof ProgramError ? error.stderr.trim() : ''
    throw new Error(`${line}: ${said || messageOf(error)}`, { cause: error })
  }
}

/** A cluster that the user has named and confirmed. Only objects that meshdrill created are changed. */
export function existing(options: ExistingRun): ClusterProvider {
  return {
    name: 'existing',
    requires: () => Promise.resolve([]),
    async create({ keep, ownerPid, log }) {
      const surveyed = await survey(options)
      const owner = ownerHere(ownerPid, runUid(process.env))
      const run = await identify(ownerPid)
      await undoEarlierFaults(surveyed, options, {
        owner,
        log,
        labOn: (pinnedCluster, notes) => labOn(pinnedCluster, options, notes, log),
      })
      const { plan, surroundings, ...made } = await prepare(surveyed, options, log)
      requireConfirmation(surveyed, options)
      const pinnedCluster = await takeCluster(surveyed, owner, (lease) => lease.take())
      const { folder, kubeconfig, pin } = pinnedCluster
      const store = { storeFolder: keep ? null : storeFolder(pinnedCluster) }
      startKeeper(folder, { kubeconfig, owner: pin.holder, run, ...store })
      const lab = { lab: made.lab, store: made.store, owner, keep }
      const notes = await changeNotes(pinnedCluster.kube.config, (now) => ({ ...intentOf(plan, now), ...lab }))
      return clusterOf(pinnedCluster, options, { notes, surroundings, log })
    },
    async attach() {
      const pinned = pinnedByThisRun(options)
      if (pinned === null)
        throw new Error(`There is no lab of this run in context "${options.context}". Next: npx playwright test`)
      const pinnedCluster = await openPinnedCluster(pinned)
      const { holder } = pinned.pin
      if ((await leaseOf(pinnedCluster.kube.config, { owner: holder }).holder())?.owner !== holder)
        throw new Error(`This run does not hold the lease of context "${options.context}". Next: npx playwright test`)
      const notes = await readNotes(pinnedCluster.kube.config)
      if (notes?.owner.runUid !== pinned.pin.runUid)
        throw new Error(`The lab in context "${options.context}" belongs to another run. Next: npx playwright test`)
      const surroundings = await surroundingsOf(pinnedCluster.kube, options)
      return clusterOf(pinnedCluster, options, { notes, surroundings, log: () => undefined })
    },
    async find() {
      const pinned = pinnedByThisRun(options)
      const pinnedCluster = pinned === null ? await survey(options) : await openPinnedCluster(pinned)
      const notes = await readNotes(pinnedCluster.kube.config)
      return notes === null ? null : foundLab(pinnedCluster, options, notes)
    },
  }
}

/** This run's access to the confirmed cluster; null before `create`, and outside of a run. */
function pinnedByThisRun({ confirm }: ExistingOptions): PinnedAccess | null {
  const run = readVariable(process.env, 'MESHDRILL_RUN_UID')
  return confirm === null || run === null || !isUuid(confirm) ? null : pinOfRun(confirm, run)
}

function clusterOf(
  pinnedCluster: PinnedCluster,
  options: ExistingRun,
  lab: { notes: Notes; surroundings: Surroundings; log: ClusterOptions['log'] },
): Cluster {
  const { kube, kubeconfig } = pinnedCluster
  const { notes, log } = lab
  const { nodeAddress, storageClasses } = lab.surroundings
  const artifacts = artifactsOf(options, versionsOf(pinnedCluster, options, notes), log)
  const base = {
    provider: 'existing',
    labId: notes.lab,
    kubeconfig,
    artifacts,
    folder: pinnedCluster.folder,
    systemNamespace: NAMESPACE,
    readyMs: null,
    systemNodes: options.systemNodes,
    storageClasses,
    preinstalled: Object.keys(notes.parts).filter((name) => notes.parts[name]?.state === 'found'),
    nodeAddress: () => nodeAddress,
    // Nodes pull images themselves, or have them already.
    loadImages: () => Promise.resolve(),
    openStore: () => openStore(pinnedCluster, storeOfLab(options.store, notes.store ?? null), artifacts),
    k6: () => chooseK6(options, artifacts),
    has: (part: string) => isThere(notes, part),
    async note(part: string) {
      Object.assign(notes, await noteInstalled(kube, notes, part))
    },
    async describe() {
      const nodes = await kube.core.listNode()
      return { kubernetes: pinnedCluster.reached.kubernetes, nodes: nodes.items.length }
    },
    async destroy() {
      await endLab(pinnedCluster, options, notes, log)
    },
  }
  const storePower: StorePower = {
    stopStore: () => stopLocalStore(storeFolder(pinnedCluster)),
    startStore: () => startLocalStore(storeFolder(pinnedCluster)),
  }
  return {
    ...base,
    ...(options.store === null ? storePower : {}),
    ...(options.power === null ? { withoutNodePower: HOW_TO_CUT } : powerBy(options.power)),
  }
}

/** The lab that an earlier run created. */
async function labOn(
  pinnedCluster: PinnedCluster,
  options: ExistingRun,
  notes: Notes,
  log: ClusterOptions['log'],
): Promise<Lab> {
  const surroundings = await surroundingsOf(pinnedCluster.kube, options)
  const cluster = clusterOf(pinnedCluster, options, { notes, surroundings, log })
  const store = await cluster.openStore()
  // Undos start no pods and take no backups, so the lab needs neither traits of its mesh nor groups of tools.
  return {
    cluster,
    store,
    artifacts: cluster.artifacts,
    kube: pinnedCluster.kube,
    mesh: noTraits,
    toolGroups: [],
    terms: NO_TERMS,
    log,
  }
}

/** True if a component was found in the cluster or is completely installed. Several parts can share a component's name. */
function isThere(notes: Notes, name: string): boolean {
  if (notes.installed.includes(name)) return true
  const parts = partsOf(name)
  return parts.length > 0 && parts.every((part) => notes.parts[part.name]?.state === 'found')
}

const openStore = (pinnedCluster: PinnedCluster, store: StoreEndpoint | null, artifacts: Artifacts) =>
  store === null
    ? openLocalStore(
        storeFolder(pinnedCluster),
        () => artifacts.binary('versitygw'),
        new URL(pinnedCluster.context.server),
      )
    : Promise.resolve(store)

function foundLab(pinnedCluster: SurveyedCluster | PinnedCluster, options: ExistingRun, notes: Notes): FoundLab {
  const log = (line: string): void => {
    writeLine('stderr', `  ${line}`)
  }
  const isOfThisRun = 'pin' in pinnedCluster && pinnedCluster.pin.runUid === notes.owner.runUid
  return {
    kubeconfig: options.kubeconfigs.join(delimiter),
    ownerPid: isOfThisRun ? notes.owner.pid : null,
    keep: notes.keep,
    async leave() {
      if (!('pin' in pinnedCluster)) return
      noteLease(pinnedCluster, false)
      await leaseOf(pinnedCluster.kube.config, { owner: pinnedCluster.pin.holder }).release()
      await forgetRun(pinnedCluster.pin)
    },
    async end() {
      if ('pin' in pinnedCluster) return endLab(pinnedCluster, options, notes, log)
      await announceRemoval(pinnedCluster, notes, log)
      requireRemovalConfirmed(pinnedCluster, options)
      if (notes.store !== undefined) storeOfLab(options.store, notes.store)
      const owner = ownerHere(process.pid, runUid(process.env))
      const taken = await takeCluster(pinnedCluster, owner, (lease) =>
        lease.takeWhenFree((holder) => {
          log(waitingMessage(holder))
        }),
      )
      // Another process that waited for the lease may have removed the lab.
      const now = await readNotes(taken.kube.config)
      return now === null ? [] : endLab(taken, options, now, log)
    },
  }
}
