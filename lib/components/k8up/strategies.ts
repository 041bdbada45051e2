import { copiesFiles, defineTool } from '../strategy.ts'

export const tool = defineTool({
  name: 'k8up',
  strategies: { operator: { ...copiesFiles, keepsObjects: true } },
  load: () => import('./drivers.ts'),
})
