import type { Lab } from '../lab/lab.ts'
import type { Terms } from '../lab/terms.ts'
import type { FileAttribute, UserEffort } from '../record/facts.ts'
import type { BackupTool } from './tool.ts'

/** Properties of a strategy that decide which faults are drilled with it. */
export interface StrategyTraits {
  /** `snapshots`: it needs volumes of a CSI driver that takes snapshots. */
  volumes: 'any' | 'snapshots'
  /** Whether pods in the cluster move the data. */
  hasMover: boolean
  /** Whether the data or its description goes to the S3 store. */
  usesStore: boolean
  /** Whether it keeps objects of its backups in the cluster. */
  keepsObjects: boolean
  /** Whether a schedule starts its backups. */
  isScheduled: boolean
  /** Whether it stops the service during a backup. */
  stopsService: boolean
  /** Whether it promises the state of one point in time. */
  isPointInTime: boolean
  /**
   * Whether its backups hold the objects of the namespace. Otherwise a drill applies the objects itself, as from Git, so that a
   * service without a volume needs nothing of it. Default: false.
   */
  backsUpObjects?: boolean
  /** Attributes of files that its makers document as not kept. Default: none. Losing any other attribute fails a drill. */
  attributesNotKept?: readonly FileAttribute[]
}

/** The driver of a strategy. It is loaded when a drill needs it. */
export interface StrategyDriver {
  create: () => BackupTool
  /** The effort of a user, for a service with one volume. */
  effort: (lab: Lab) => UserEffort
}

/** A backup tool with its strategies, each by its mode: `file-system` of `velero/file-system`. */
export interface Tool<Name extends string = string, Mode extends string = string> {
  name: Name
  strategies: Readonly<Record<Mode, StrategyTraits>>
  /** What the user must give before the tool may be used. A run that names no tool leaves the tool out without it. */
  terms?: keyof Terms
  /** Loads the drivers, which import the Kubernetes client. A strategy without one does not compile. */
  load: () => Promise<{ drivers: Readonly<Record<NoInfer<Mode>, StrategyDriver>> }>
}

/** Checks a tool, and keeps its name and its modes as literal types. */
export const defineTool = <const Name extends string, Mode extends string>(tool: Tool<Name, Mode>): Tool<Name, Mode> =>
  tool

/** Copies the files of a live volume into the store. */
export const copiesFiles = {
  volumes: 'any',
  hasMover: true,
  usesStore: true,
  keepsObjects: false,
  isScheduled: false,
  stopsService: false,
  isPointInTime: false,
} as const satisfies StrategyTraits

/** Takes CSI snapshots, which stay in the storage. */
export const takesSnapshots = {
  volumes: 'snapshots',
  hasMover: false,
  usesStore: false,
  keepsObjects: true,
  isScheduled: false,
  stopsService: false,
  isPointInTime: true,
} as const satisfies StrategyTraits
