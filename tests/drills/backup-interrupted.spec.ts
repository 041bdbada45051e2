import { test } from '../../fixtures/index.ts'
import { toolKill } from '../../lib/faults/pod-kill.ts'

test.use({ fault: toolKill(), objectives: { rto: '5s', rpo: '0s' }, expects: { backupMayFail: true } })

test('a backup whose tool is killed while it runs ends in an honest state, and the service does not notice', async ({
  drill,
}) => {
  const service = await drill.provision()
  const running = await service.startBackup()
  await service.break()
  const backup = await running.ended()
  await service.prove(backup)
  await service.assert()
})
