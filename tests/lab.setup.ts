import { setup } from '../fixtures/index.ts'

setup('the lab: cluster, mesh, Chaos Mesh, backup tool, store', async ({ createLab }) => {
  await createLab()
})
