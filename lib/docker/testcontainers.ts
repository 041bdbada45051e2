import { docker, imageId } from './docker.ts'

/**
 * Imports Testcontainers. Call it in a process of its own, because Testcontainers reads its environment on import. Ryuk removes
 * the containers after the process has ended. `reaped` is false if `reap` is, or if Ryuk's image is missing and cannot be pulled.
 */
export async function openTestcontainers({ reap, pulls }: { reap: boolean; pulls: boolean }) {
  const reaped = reap && (await ryukIsThere(pulls))
  if (!reaped) process.env.TESTCONTAINERS_RYUK_DISABLED = 'true'
  return { ...(await import('testcontainers')), reaped }
}

async function ryukIsThere(pulls: boolean): Promise<boolean> {
  const { REAPER_IMAGE } = (await import('testcontainers/build/reaper/reaper.js')) as { REAPER_IMAGE: string }
  if ((await imageId(REAPER_IMAGE)) !== null) return true
  if (!pulls) return false
  return docker(['pull', '--quiet', REAPER_IMAGE], 120_000).then(
    () => true,
    () => false,
  )
}
