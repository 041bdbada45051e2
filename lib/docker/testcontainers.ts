import { docker, imageId } from './docker.ts'

/**
 * Testcontainers, for a process of its own: it reads its environment when it is imported. What it starts there, Ryuk removes
 * when the process is gone; `reaped` is false where that is not wanted, or Ryuk's image is not there and cannot be pulled.
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
