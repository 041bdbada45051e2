import { hostname } from 'node:os'
import type { Artifacts } from '../../artifacts.ts'
import type { StoreEndpoint } from '../../lab.ts'
import { writeLine } from '../../output/print.ts'
import { openLocalStore, startLocalStore, stopLocalStore } from '../../store/local.ts'
import type { Cluster, ClusterOptions, ClusterProvider, FoundLab, StorePower } from '../cluster.ts'
import { artifactsOf } from './artifacts.ts'
import { endLab } from './removal/ending.ts'
import { startKeeper } from './lease/keeper.ts'
import { chooseK6 } from './k6.ts'
import { heldBy, leaseOf, NAMESPACE } from './lease/lease.ts'
import { identityOf, ownerHere, readNotes, writeNotes, type Notes } from './lease/notes.ts'
import type { ExistingRun } from './options.ts'
import { partsOf } from './plan/parts.ts'
import type { Plan } from './plan/plan.ts'
import { HOW_TO_CUT, powerBy } from './power.ts'
import { prepare, requireConfirmation, storeFolder, survey, versionsOf, type Ground } from './survey.ts'
import { storeOfLab } from './store.ts'
import { surroundingsOf, type Surroundings } from './plan/surroundings.ts'

/** A cluster of the user's, named outright and confirmed. Nothing in it is changed that this suite did not bring. */
export function existing(options: ExistingRun): ClusterProvider {
  return {
    name: 'existing',
    requires: () => Promise.resolve([]),
    async create({ keep, ownerPid, log }) {
      const ground = await survey(options)
      const { plan, notes, surroundings, ...made } = await prepare(ground, options, log)
      requireConfirmation(ground, options)
      const owner = identityOf(ownerPid)
      await leaseOf(ground.kube.config, { owner }).take()
      const store = { storeFolder: keep ? null : storeFolder(ground) }
      startKeeper(ground.folder, { kubeconfig: ground.kubeconfig, owner, ownerPid, ...store })
      const mine = { ...notesOf(plan, notes), ...made, owner: ownerHere(ownerPid), keep }
      await writeNotes(ground.kube.config, mine)
      return clusterOf(ground, options, { notes: mine, surroundings, log })
    },
    async attach() {
      const ground = await survey(options)
      const notes = await readNotes(ground.kube.config)
      if (notes === null) throw new Error(`There is no lab in context "${options.context}". Next: npx playwright test`)
      const surroundings = await surroundingsOf(ground.kube, options)
      return clusterOf(ground, options, { notes, surroundings, log: () => undefined })
    },
    async find() {
      const ground = await survey(options)
      const notes = await readNotes(ground.kube.config)
      return notes === null ? null : foundLab(ground, options, notes)
    },
  }
}

/** What an earlier run brought and never took away is ours to take away. */
function notesOf(plan: Plan, earlier: Notes | null): Pick<Notes, 'parts' | 'versions' | 'installed'> {
  const parts: Notes['parts'] = { ...earlier?.parts }
  for (const part of plan.found) parts[part.name] = 'found'
  for (const part of [...plan.kept, ...plan.install]) parts[part.name] = 'ours'
  return { parts, versions: plan.versions, installed: earlier?.installed ?? [] }
}

function clusterOf(
  ground: Ground,
  options: ExistingRun,
  lab: { notes: Notes; surroundings: Surroundings; log: ClusterOptions['log'] },
): Cluster {
  const { kube, kubeconfig } = ground
  const { notes, log } = lab
  const { nodeAddress, storageClasses } = lab.surroundings
  const artifacts = artifactsOf(options, versionsOf(ground, options, notes), log)
  let writing = Promise.resolve()
  const base = {
    provider: 'existing',
    kubeconfig,
    artifacts,
    folder: ground.folder,
    systemNamespace: NAMESPACE,
    readyMs: null,
    systemNodes: options.systemNodes,
    storageClasses,
    theirs: Object.keys(notes.parts).filter((name) => notes.parts[name] === 'found'),
    nodeAddress: () => nodeAddress,
    // Nodes pull their images, or have them.
    loadImages: () => Promise.resolve(),
    openStore: () => openStore(ground, storeOfLab(options.store, notes.store), artifacts),
    k6: () => chooseK6(options, artifacts),
    has: (part: string) => isThere(notes, part),
    note(part: string) {
      notes.installed.push(part)
      // Parts that are ready at the same moment are noted one after another.
      writing = writing.then(() => writeNotes(kube.config, notes))
      return writing
    },
    async describe() {
      const nodes = await kube.core.listNode()
      return { kubernetes: ground.reached.kubernetes, nodes: nodes.items.length }
    },
    async destroy() {
      await endLab(ground, options, notes, log)
    },
  }
  const storePower: StorePower = {
    stopStore: () => stopLocalStore(storeFolder(ground)),
    startStore: () => startLocalStore(storeFolder(ground)),
  }
  return {
    ...base,
    ...(options.store === null ? storePower : {}),
    ...(options.power === null ? { withoutNodePower: HOW_TO_CUT } : powerBy(options.power)),
  }
}

/** What was found is there, as is what the lab has installed; of what it calls by one name all must be there. */
function isThere(notes: Notes, name: string): boolean {
  if (notes.installed.includes(name)) return true
  const parts = partsOf(name)
  return parts.length > 0 && parts.every((part) => notes.parts[part.name] === 'found')
}

const openStore = (ground: Ground, store: StoreEndpoint | null, artifacts: Artifacts) =>
  store === null
    ? openLocalStore(storeFolder(ground), () => artifacts.binary('versitygw'), new URL(ground.context.server))
    : Promise.resolve(store)

function foundLab(ground: Ground, options: ExistingRun, notes: Notes): FoundLab {
  const { owner, keep } = notes
  const here = owner.host === hostname()
  const log = (line: string): void => {
    writeLine('stderr', `  ${line}`)
  }
  return {
    kubeconfig: ground.kubeconfig,
    ownerPid: here ? owner.pid : null,
    keep,
    leave: () => leaseOf(ground.kube.config, { owner: identityOf(owner.pid) }).release(),
    async end() {
      const holder = await leaseOf(ground.kube.config, { owner: '' }).holder()
      const theirs = holder !== null && holder.owner !== identityOf(owner.pid) && holder.expiresMs > Date.now()
      if (theirs) throw new Error(heldBy(holder))
      return endLab(ground, options, notes, log)
    },
  }
}
