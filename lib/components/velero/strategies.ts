import { copiesFiles, defineTool, takesSnapshots } from '../strategy.ts'

export const tool = defineTool({
  name: 'velero',
  strategies: {
    'file-system': { ...copiesFiles, keepsObjects: true },
    'file-system-mesh-volumes': { ...copiesFiles, keepsObjects: true },
    'csi-snapshot': { ...takesSnapshots, usesStore: true },
    'data-mover': { ...copiesFiles, volumes: 'snapshots', keepsObjects: true, isPointInTime: true },
    schedule: { ...copiesFiles, keepsObjects: true, isScheduled: true },
  },
  load: () => import('./drivers.ts'),
})
