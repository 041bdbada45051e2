import type { ComponentName } from '../components/index.ts'
import { componentsFor } from '../components/needed.ts'
import { TOOLS, type Config } from '../config/config.ts'

/** The components that a run of this configuration needs. */
export const componentsOfRun = ({
  tool,
  mesh,
  loadParallelism,
}: Pick<Config, 'tool' | 'mesh' | 'loadParallelism'>): ComponentName[] =>
  componentsFor({ tools: tool === null ? TOOLS : [tool], meshes: [mesh], loadPods: loadParallelism > 0 })
