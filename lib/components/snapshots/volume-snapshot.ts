import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import type { OperationResult } from '../../record/facts.ts'
import { isClaim } from '../support/exported-namespace.ts'
import { TIMEOUT } from '../support/job-pods.ts'
import { describeObjects, exportNamespace, MANAGED } from '../support/namespace-objects.ts'
import { claimsGone, madeFirstMs, madeLastMs, planRestore } from '../support/namespace-restore.ts'
import { earliest, latest, timeMs } from '../support/times.ts'
import type { Backup, BackupTool, InstalledTool, ToolParts } from '../tool.ts'
import { API, bytesOf, isBound, snapshotReference, type Claim, type VolumeSnapshot } from './objects.ts'
import { takeOver } from './copy.ts'
import { shellCommand } from '../../output/shell-quote.ts'

/**
 * Kubernetes' own snapshots: a VolumeSnapshot of each claim, with the class as it comes, whose snapshots go with their
 * objects. Nothing is copied, and nothing leaves the storage.
 */
export function volumeSnapshot(): BackupTool {
  const attach = (lab: Lab): InstalledTool => ({
    name: 'kubernetes',
    strategy: 'volume-snapshot',
    version: lab.artifacts.component('snapshot-controller').version,
    // Who takes a snapshot is the storage's own affair.
    parts: () => ({ pods: podsOf(lab), mover: null, secret: null, prefix: null }),
    async backup(namespace, { name }) {
      const objects = await exportNamespace(lab, namespace)
      const taken = await takeSnapshots(lab, { namespace, name, objects })
      return {
        name,
        // Nothing moves: what a fault could hit is over before it is seen.
        moving: () => Promise.resolve(false),
        finished: () => readyBackup(lab, taken),
      }
    },
  })
  return {
    name: 'kubernetes',
    strategy: 'volume-snapshot',
    volumes: 'snapshots',
    requires: (lab) => {
      if (lab.cluster.storageClasses.snapshots === null)
        return Promise.resolve(['volumes that can be snapshotted: the cluster has no such class'])
      return Promise.resolve(
        podsOf(lab).length === 0
          ? ["which pods are the storage's, whose use is the tool's. Next: MESHDRILL_STORAGE_PODS=<namespace>/<prefix>"]
          : [],
      )
    },
    install: (lab) => Promise.resolve(attach(lab)),
    attach,
  }
}

const podsOf = ({ cluster }: Lab): ToolParts['pods'] =>
  cluster.storageClasses.pods === undefined ? [] : [cluster.storageClasses.pods]

/** Snapshots of the claims of a namespace, and what the operator keeps of it outside the cluster. */
interface Taken {
  namespace: string
  name: string
  objects: KubeObject[]
}

const snapshotName = (backup: string, claim: string): string => `${backup}-${claim}`

async function takeSnapshots(lab: Lab, taken: Taken): Promise<Taken> {
  await lab.kube.apply(taken.objects.filter(isClaim).map(({ metadata }) => snapshotOf(lab, taken, metadata.name)))
  return taken
}

/** The VolumeSnapshot of a claim that a backup asks for. */
export function snapshotOf(
  lab: Lab,
  { namespace, name }: Pick<Taken, 'namespace' | 'name'>,
  claim: string,
): KubeObject {
  const reference = snapshotReference(namespace, snapshotName(name, claim))
  return {
    ...reference,
    metadata: { ...reference.metadata, labels: MANAGED },
    spec: {
      volumeSnapshotClassName: lab.cluster.storageClasses.ofSnapshots ?? lab.cluster.storageClasses.snapshots,
      source: { persistentVolumeClaimName: claim },
    },
  }
}

async function readyBackup(lab: Lab, taken: Taken): Promise<Backup> {
  const { namespace, name, objects } = taken
  const snapshots = await Promise.all(
    objects.filter(isClaim).map(({ metadata }) => snapshotEnded(lab, namespace, snapshotName(name, metadata.name))),
  )
  return {
    name,
    result: copied(lab) ? untilReady(describe(snapshots, objects), snapshots) : describe(snapshots, objects),
    objects: snapshots.map(({ metadata }) => snapshotReference(namespace, metadata.name)),
    restore: ({ into } = {}) => restore(lab, taken, snapshots, into),
  }
}

/** Whether the storage copies what it snapshots, which takes its time. */
const copied = ({ cluster }: Lab): boolean => cluster.storageClasses.lacks?.includes('snapshots of one moment') === true

/** With the time of the last word on the snapshots, which is that they are ready: what they say of themselves is when they began. */
function untilReady(result: OperationResult, snapshots: VolumeSnapshot[]): OperationResult {
  const told = snapshots.flatMap(({ metadata }) => metadata.managedFields ?? [])
  const times = told.filter(({ subresource }) => subresource === 'status').map(({ time }) => timeMs(time))
  return { ...result, endedMs: latest([result.endedMs, ...times]) }
}

/** Resolves when the snapshot is ready to use, or says of itself that it failed. */
async function snapshotEnded(lab: Lab, namespace: string, name: string): Promise<VolumeSnapshot> {
  return waitFor(
    `VolumeSnapshot "${name}" in namespace "${namespace}" ready to use`,
    async () => {
      const snapshot = await lab.kube.get<VolumeSnapshot>(snapshotReference(namespace, name))
      if (snapshot === null) throw new Error(`VolumeSnapshot "${name}" is gone from namespace "${namespace}"`)
      const { readyToUse = false, error } = snapshot.status ?? {}
      return readyToUse || error ? snapshot : pending(JSON.stringify(snapshot.status ?? 'no status'))
    },
    { timeout: TIMEOUT, every: '50ms', hint: shellCommand`kubectl -n ${namespace} describe volumesnapshot ${name}` },
  )
}

function describe(snapshots: VolumeSnapshot[], objects: KubeObject[]): OperationResult {
  const failed = snapshots.find(({ status }) => status?.readyToUse !== true)
  const startedMs = earliest(snapshots.map(({ metadata }) => timeMs(metadata.creationTimestamp)))
  return {
    state: failed === undefined ? 'ReadyToUse' : 'Error',
    succeeded: failed === undefined,
    startedMs,
    // When the storage cut it: nobody writes down when it was ready to use, which is a moment later.
    endedMs: latest([startedMs, ...snapshots.map(({ status }) => timeMs(status?.creationTime))]),
    bytes: bytesOf(snapshots.map(({ status }) => status?.restoreSize)),
    details: {
      volumes: snapshots.length,
      message: failed?.status?.error?.message ?? null,
      objects: describeObjects(objects),
    },
  }
}

/** Brings the namespace back with claims that the storage fills from the snapshots. */
async function restore(lab: Lab, taken: Taken, snapshots: VolumeSnapshot[], into?: string): Promise<OperationResult> {
  const { kube } = lab
  const { namespace, name, objects } = taken
  const lost = await findLost(lab, snapshots)
  if (lost !== null) return lostResult(lost, objects)
  const plan = planRestore(objects, into)
  await claimsGone(kube, plan.claims)
  await kube.apply(plan.before)
  const copies = into === undefined ? null : await takeOver(lab, snapshots, into)
  const claims = plan.claims.map((claim) => fromSnapshot(claim, snapshotName(name, claim.metadata.name)))
  await kube.apply([...claims, ...plan.after])
  await claimsBound(lab, claims)
  await copies?.release()
  return {
    ...describe(snapshots, objects),
    state: 'Bound',
    startedMs: await madeFirstMs(kube, claims),
    endedMs: latest([await madeFirstMs(kube, claims), await madeLastMs(kube, plan.after)]),
    details: { volumes: claims.length, from: namespace, objects: describeObjects(objects) },
  }
}

async function findLost(lab: Lab, snapshots: VolumeSnapshot[]): Promise<VolumeSnapshot | null> {
  for (const snapshot of snapshots) {
    const found = await lab.kube.get(snapshotReference(snapshot.metadata.namespace ?? '', snapshot.metadata.name))
    if (found?.metadata.uid !== snapshot.metadata.uid) return snapshot
  }
  return null
}

const lostResult = ({ metadata }: VolumeSnapshot, objects: KubeObject[]): OperationResult => ({
  state: 'NotFound',
  succeeded: false,
  startedMs: null,
  endedMs: null,
  bytes: null,
  details: {
    message: `VolumeSnapshot "${metadata.name}" is not in namespace "${metadata.namespace ?? ''}" any more`,
    objects: describeObjects(objects),
  },
})

/** The claim, to be filled from a snapshot. */
export const fromSnapshot = (claim: KubeObject, snapshot: string): KubeObject => ({
  ...claim,
  spec: {
    ...(claim.spec as object),
    dataSource: { apiGroup: API.split('/')[0], kind: 'VolumeSnapshot', name: snapshot },
  },
})

/** A class may wait for a pod before it makes a volume: this comes when the workloads are applied. */
async function claimsBound(lab: Lab, claims: KubeObject[]): Promise<void> {
  for (const claim of claims) {
    const { name, namespace = '' } = claim.metadata
    await waitFor(
      `claim "${name}" of namespace "${namespace}" bound`,
      async () => {
        const found = await lab.kube.get<Claim>(claim)
        return isBound(found) ? true : pending(found?.status?.phase ?? 'no claim')
      },
      { timeout: TIMEOUT, every: '100ms', hint: shellCommand`kubectl -n ${namespace} describe pvc ${name}` },
    )
  }
}
