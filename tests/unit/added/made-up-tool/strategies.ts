import { copiesFiles, defineTool } from '../../../../lib/components/strategy.ts'

export const tool = defineTool({
  name: 'made-up',
  strategies: { copy: { ...copiesFiles, isScheduled: true } },
  load: () => import('./drivers.ts'),
})
