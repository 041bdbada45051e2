import type { Drill, DrilledService } from '../../fixtures/index.ts'

/** The service is struck, and no backup has a part in what becomes of it. */
export async function endure(drill: Drill): Promise<void> {
  const service = await drill.provision()
  await service.break()
  await service.assert()
}

/** The state is gone: what is left of it is taken away, and it is restored. */
export async function comeBack(drill: Drill): Promise<void> {
  const service = await drill.provision()
  const backup = await service.backUp()
  await service.break()
  await service.discard()
  await service.restore(backup)
  await service.assert()
}

/** The state is there and wrong: that must be seen before the volume is replaced from its backup. */
export const replaceDamaged = async (drill: Drill): Promise<void> => (await replaceUnasserted(drill)).assert()

/** The same, for who asserts something else. */
export async function replaceUnasserted(drill: Drill): Promise<DrilledService> {
  const service = await drill.provision()
  const backup = await service.backUp()
  await service.break()
  await service.detect()
  await service.discard()
  await service.restore(backup)
  return service
}
