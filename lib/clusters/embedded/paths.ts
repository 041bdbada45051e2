import { join } from 'node:path'
import { cacheFolder } from './toolchain/cache.ts'

/** The one embedded lab of this machine: its hosts' files, its state, its logs. Gone when the lab is. */
export const labFolder = (): string => join(cacheFolder(), 'lab')
