import { fileURLToPath } from 'node:url'
import { bundleSync } from '../../system/bundle.ts'

const made = new Map<'script', string>()

/** The page's script with all that it imports, as one text. It is made once in a process. */
export function readScript(): string {
  const script = made.get('script') ?? bundleSync(fileURLToPath(new URL('./script/main.ts', import.meta.url)))
  made.set('script', script)
  return script
}
