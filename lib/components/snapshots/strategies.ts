import { defineTool, takesSnapshots } from '../strategy.ts'

export const kubernetes = defineTool({
  name: 'kubernetes',
  strategies: { 'volume-snapshot': takesSnapshots },
  load: () => import('./drivers.ts'),
})
