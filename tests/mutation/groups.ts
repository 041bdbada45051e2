import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Files that are changed together, and the specs that must notice. All specs for each file would take hours. */
export interface Group {
  /** Paths of the specs below `tests/unit`. */
  specs: RegExp
  /** Paths below `lib`. */
  files: RegExp
}

const GROUPS = {
  checkers: {
    specs:
      /^workloads\/(ledger\/(compare|rollback|listing|slots)|files\/(check|compare|tree|attributes|attribute-trees))[.]spec/,
    files: /^workloads\/(ledger\/(compare|diagnose|listing)|files\/(attributes|check|compare|tree))[.]ts$/,
  },
  proof: {
    specs: /^(verdict\/(?!recorded)[^/]+|simulation\/damage)[.]spec/,
    files:
      /^verdict\/(answer|attributes|calls|describe-evidence|evidence|exposure|flaws|incomplete|integrity|mesh|operations|outcome|policy|proof|recoverable|restored-state|uncertainty)[.]ts$/,
  },
  recovery: {
    specs: /^verdict\/(outages|recovery|standstill)/,
    files: /^verdict\/(interval|outages|recovery)[.]ts$/,
  },
  loss: {
    specs: /^verdict\/(backup-impact|loss|figures|result|outcome-figures|incomplete)/,
    files: /^(verdict\/(backup-impact|loss|measure|resources|result|windows)|system\/quantity)[.]ts$/,
  },
  judge: {
    specs: /^verdict\/(result|summary|outcome|recoverable|incomplete|codes)/,
    files: /^verdict\/(codes|judge|summarise|schema\/.*)[.]ts$/,
  },
  history: { specs: /^verdict\/history\/(?!trials)/, files: /^verdict\/(consistency|history\/.*)[.]ts$/ },
  statistics: { specs: /^verdict\/statistics\/(?!trials)/, files: /^verdict\/statistics\/.*[.]ts$/ },
  runs: { specs: /^(report|verdict)\/runs/, files: /^verdict\/runs\/.*[.]ts$/ },
  ranking: { specs: /^verdict\/ranking\//, files: /^verdict\/ranking\/.*[.]ts$/ },
} as const satisfies Record<string, Group>

export type GroupName = keyof typeof GROUPS
export const groups: Readonly<Record<GroupName, Group>> = GROUPS
export const groupNames = Object.keys(GROUPS) as GroupName[]

/** Paths of the files that a group changes. */
export const filesOf = (group: Group): string[] => list('lib').filter((path) => group.files.test(path))

/** Paths below a folder of all TypeScript files in it. */
export const list = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()

export const pathOf = (file: string): string => join('lib', file)
