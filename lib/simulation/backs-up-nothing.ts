import { createNamespace } from '../drill/service.ts'
import type { InstalledMesh } from '../components/mesh.ts'
import { broken, claim } from '../controls/broken.ts'
import type { BackupTool } from '../components/tool.ts'
import type { Workload } from '../workloads/workload.ts'
import type { World } from './world.ts'

/** Backs up nothing and reports Completed. Its restore starts the service with an empty volume. It reports `bytes` as moved. */
export const backsUpNothing = (
  tool: BackupTool,
  { mesh, workload, world }: { mesh: InstalledMesh; workload: Workload; world: World },
  bytes: number,
): BackupTool =>
  broken(tool, 'backs-up-nothing', (whole, lab) => ({
    ...whole,
    backup: (namespace, { name }) => {
      const restore = async ({ into = namespace } = {}) => {
        const startedMs = world.clock.now()
        await createNamespace(lab, mesh, into)
        await workload.deploy(lab, into, { storageClass: null })
        return claim(world.clock, bytes, startedMs)
      }
      return Promise.resolve({
        name,
        waitUntilMoving: () => Promise.resolve(true),
        waitUntilFinished: () => Promise.resolve({ name, result: claim(world.clock, bytes), objects: [], restore }),
      })
    },
  }))
