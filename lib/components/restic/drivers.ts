import { resticAutomated } from './automated.ts'
import { automatedEffort, incrementalEffort, manualEffort } from './effort.ts'
import { resticIncremental } from './incremental.ts'
import { resticManual } from './manual.ts'

export const drivers = {
  manual: { create: resticManual, effort: manualEffort },
  automated: { create: resticAutomated, effort: automatedEffort },
  incremental: { create: resticIncremental, effort: incrementalEffort },
}
