import { spawnSync } from 'node:child_process'

interface Machine {
  platform: string
  root: boolean
  dockerAnswers: () => boolean
}

/**
 * The provider if the user sets none: the embedded cluster if it can run here (root on Linux), else kind if Docker answers. If
 * neither can run, the embedded cluster: its error says what is missing.
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
