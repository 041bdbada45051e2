import type { Drill, DrilledService } from '../../fixtures/index.ts'

/** Strikes the service. It must recover without a restore. */
export async function endure(drill: Drill): Promise<void> {
  const service = await drill.provision()
  await service.break()
  await service.assert()
}

/** Removes the rest of the lost state, and restores it. */
export async function comeBack(drill: Drill): Promise<void> {
  const service = await drill.provision()
  const backup = await service.backUp()
  await service.break()
  await service.discard()
  await service.restore(backup)
  await service.assert()
}

/** The state exists and is damaged. The damage must be detected before the volume is replaced from its backup. */
export const replaceDamaged = async (drill: Drill): Promise<void> => (await replaceUnasserted(drill)).assert()

/** The same without the assertion, for specs with other assertions. */
export async function replaceUnasserted(drill: Drill): Promise<DrilledService> {
  const service = await drill.provision()
  const backup = await service.backUp()
  await service.break()
  await service.detect()
  await service.discard()
  await service.restore(backup)
  return service
}
