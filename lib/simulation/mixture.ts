import type { Backup, BackupTool, InstalledTool } from '../tools/tool.ts'
import { fileOf, Volume } from './volume.ts'
import type { World } from './world.ts'

/**
 * A control that only the simulation has, as it reaches into a volume: every other file of what is restored is as it was in
 * the first backup of the namespace. Each file is whole, and together they are of no one moment.
 */
export function mixesTwoMoments(tool: BackupTool, world: World): BackupTool {
  const name = 'control-mixes-two-moments'
  const mix = (whole: InstalledTool): InstalledTool => {
    const first = new Map<string, Volume>()
    return {
      ...whole,
      name,
      async backup(namespace, options) {
        const { volume } = world.service(namespace)
        if (volume !== null && !first.has(namespace)) first.set(namespace, new Volume(volume.snapshot()))
        const old = first.get(namespace)
        const running = await whole.backup(namespace, options)
        const finished = async (): Promise<Backup> => {
          const backup = await running.finished()
          return {
            ...backup,
            async restore(into) {
              const result = await backup.restore(into)
              const restored = world.service(into?.into ?? namespace).volume
              if (old !== undefined && restored !== null) makeOlder(restored, old)
              return result
            },
          }
        }
        return { name: running.name, moving: () => running.moving(), finished }
      },
    }
  }
  return { ...tool, name, install: async (lab) => mix(await tool.install(lab)), attach: (lab) => mix(tool.attach(lab)) }
}

/** Every other file. */
function makeOlder(volume: Volume, old: Volume): void {
  for (const slot of volume.touched()) if (fileOf(slot) % 2 === 1) volume.write(slot, old.read(slot))
}
