import { readArguments } from './arguments.ts'

/** The run that Playwright resolved from its configuration, options and environment. */
export interface ResolvedRun {
  /** Tests that run at the same time. */
  workers: number
  argv: readonly string[]
  /** Projects that run. */
  filteredProjects: readonly { name: string; dependencies: readonly string[] }[]
}

/** Errors: with these options no drill can be measured. Nothing has been changed by then. */
export function refuseRun({ workers, argv, filteredProjects }: ResolvedRun): void {
  if (workers > 1)
    throw new Error(
      `${workers} workers: drills run one at a time, as two at a time would measure each other. Next: the same command without --workers or -j`,
    )
  const standsOnLab = filteredProjects.some(({ dependencies }) => dependencies.length > 0)
  if (standsOnLab && !readArguments(argv).setsUpLab)
    throw new Error(
      '--no-deps: no project would set up the lab that the drills need. Next: the same command without --no-deps; a lab that MESHDRILL_KEEP=1 left is found in seconds',
    )
}
