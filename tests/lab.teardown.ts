import { setup } from '../fixtures/index.ts'

setup('end the lab, or keep it', async ({ endLab }) => {
  await endLab()
})
