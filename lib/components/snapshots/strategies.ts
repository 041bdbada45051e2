import { defineTool, takesSnapshots } from '../strategy.ts'

export const tool = defineTool({
  name: 'kubernetes',
  strategies: { 'volume-snapshot': takesSnapshots },
  load: () => import('./drivers.ts'),
})
