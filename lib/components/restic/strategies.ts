import { copiesFiles, defineTool } from '../strategy.ts'

export const tool = defineTool({
  name: 'restic',
  strategies: {
    manual: { ...copiesFiles, stopsService: true, isPointInTime: true },
    automated: { ...copiesFiles, keepsObjects: true, isScheduled: true },
    incremental: copiesFiles,
  },
  load: () => import('./drivers.ts'),
})
