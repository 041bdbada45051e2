import { broken, withBackups } from '../controls/broken.ts'
import type { BackupTool } from '../components/tool.ts'
import { fileOf, Volume } from './volume.ts'
import type { World } from './world.ts'

/**
 * Restores a mix of two backups: every second file comes from the first backup of the namespace. Each file is intact, but they
 * are not from one moment. It changes simulated volumes directly.
 */
export function mixesTwoMoments(tool: BackupTool, world: World): BackupTool {
  return broken(tool, 'mixes-two-moments', (whole) => {
    const first = new Map<string, Volume>()
    const noting = {
      ...whole,
      backup: (...asked: Parameters<typeof whole.backup>) => {
        const [namespace] = asked
        const { volume } = world.service(namespace)
        if (volume !== null && !first.has(namespace)) first.set(namespace, new Volume(volume.snapshot()))
        return whole.backup(...asked)
      },
    }
    return withBackups(noting, (backup, namespace) => ({
      ...backup,
      async restore(options = {}) {
        const result = await backup.restore(options)
        const [restored, old] = [world.service(options.into ?? namespace).volume, first.get(namespace)]
        if (old !== undefined && restored !== null) makeOlder(restored, old)
        return result
      },
    }))
  })
}

/** Replaces every second file by its older content. */
function makeOlder(volume: Volume, old: Volume): void {
  for (const slot of volume.touched()) if (fileOf(slot) % 2 === 1) volume.write(slot, old.read(slot))
}
