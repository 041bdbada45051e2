import { spawnSync } from 'node:child_process'

interface Machine {
  platform: string
  root: boolean
  dockerAnswers: () => boolean
}

/**
 * The provider for whoever names none: the embedded cluster, which needs nothing but root on Linux, and kind where that cannot
 * be had and Docker answers. Where neither can, the embedded one, as it tells what it lacks.
 */
export function chooseCluster(machine: Machine = thisMachine()): 'embedded' | 'kind' {
  if (machine.platform === 'linux' && machine.root) return 'embedded'
  return machine.dockerAnswers() ? 'kind' : 'embedded'
}

const thisMachine = (): Machine => ({
  platform: process.platform,
  root: process.getuid?.() === 0,
  dockerAnswers: () => spawnSync('docker', ['version'], { timeout: 5_000, stdio: 'ignore' }).status === 0,
})
