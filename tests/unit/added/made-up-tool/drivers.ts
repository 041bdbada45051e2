import { SERVICE, STEPS, textOf } from '../../../../lib/components/support/effort.ts'
import { noopTool } from '../../../../lib/simulation/noop-tool.ts'

const effort = () => ({
  configuration: [
    textOf('the Copy', { apiVersion: 'made-up.example/v1', kind: 'Copy', metadata: { name: SERVICE.backup } }),
  ],
  firstBackup: ['Apply the Copy.'],
  restore: [STEPS.clear, 'Apply the Paste.'],
  source: 'lib/components/made-up/drivers.ts',
})

export const drivers = { copy: { create: () => noopTool(), effort } }
