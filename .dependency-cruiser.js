/**
 * The floors of lib/, from the lowest to the highest. A file imports from its own floor and from lower ones.
 * docs/architecture.md draws them.
 */
const FLOORS = [
  'system',
  'output',
  'record',
  'verdict',
  'report',
  'kube',
  'docker',
  'lab',
  'store',
  'components',
  'load',
  'probes',
  'workloads',
  'faults',
  'matrix',
  'clusters',
  'controls',
  'config',
  'drill',
  'simulation',
  'runner',
]

/** Imports that run upward all the same: at most three, each with its reason. */
const UPWARD = []

const upward = FLOORS.slice(0, -1).map((floor, index) => ({
  name: `floor-${floor}`,
  comment: `lib/${floor} imports only from its own floor and from lower ones. Next: move what both need down, or pass it in.`,
  severity: 'error',
  from: { path: `^lib/${floor}/`, pathNot: UPWARD.map(({ from }) => from) },
  to: { path: `^(lib/(${FLOORS.slice(index + 1).join('|')})|fixtures|tests|bench)/` },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circle',
      comment:
        'Files that import each other are one idea, or hide a third one. Next: move what both need into a file of its own.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'known-floor',
      comment:
        'A new folder of lib/ needs its place in the list of floors. Next: add it to FLOORS in .dependency-cruiser.js.',
      severity: 'error',
      from: {},
      to: { path: '^lib/', pathNot: `^lib/(${FLOORS.join('|')})/` },
    },
    {
      name: 'no-kubernetes',
      comment: 'Facts, verdicts and reports need no cluster: an old run can be judged on any machine.',
      severity: 'error',
      from: { path: '^lib/(record|verdict|report)/' },
      to: { path: '^(lib/kube/|node_modules/@kubernetes/)', reachable: true },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere is not checked by the other rules.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, path: '^\\.' },
    },
    ...upward,
    {
      name: 'floor-fixtures',
      comment: 'Imports run tests → fixtures → lib.',
      severity: 'error',
      from: { path: '^fixtures/' },
      to: { path: '^tests/' },
    },
  ],
  options: {
    doNotFollow: { path: '^node_modules/' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Types count: two files that know each other's types cannot be read one after the other.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
}
