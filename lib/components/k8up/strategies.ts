import { copiesFiles, defineTool } from '../strategy.ts'

export const k8up = defineTool({
  name: 'k8up',
  strategies: { operator: { ...copiesFiles, keepsObjects: true } },
  load: () => import('./drivers.ts'),
})
