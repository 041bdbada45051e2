import type { DrillFact, Finding, KeptAttribute } from '../../../lib/record/facts.ts'
import { checking, dropping, each, faultOf, meshing, moving, select, writing, type Damage } from './damages.ts'

export const finding: Finding = {
  kind: 'flipped',
  file: 'segment-00003',
  offset: 4096,
  detail: 'slot 3073: boom',
  check: 'checksums',
}

const tear: Finding = {
  ...{ kind: 'torn across volumes', file: 'stock', offset: 0, detail: 'order 9 is not in the log' },
  operations: [{ sequence: 9, slot: 4, on: ['stock'], notOn: ['orders'] }],
}

const lostAcl: KeptAttribute = {
  ...{ attribute: 'acl', entries: 4, kept: 3, missing: 'a folder did not support it' },
  examples: [{ file: 'a', was: '02', is: 'none' }],
}

/** Damage to what is known of the data, the mesh and the resources. A failure that was seen stays one. */
const rules: [title: string, edit: Damage['edit'], because: RegExp, verdict?: Damage['verdict']][] = [
  [
    'a volume that was damaged to begin with',
    checking('seeded', () => ({ findings: [finding] })),
    /was damaged before the fault/,
  ],
  [
    'a volume that could not be read at first',
    checking('seeded', () => ({ error: 'EIO' })),
    /was damaged before the fault: EIO/,
  ],
  [
    'a volume that was not read in the end',
    dropping('integrity.checked', ({ phase }) => phase === 'after-restore'),
    /was not read back at the end/,
  ],
  [
    'a checker that crashed',
    checking('after-restore', () => ({ objects: 0, bytes: 0, slots: [], error: 'SIGSEGV' })),
    /could not be read back: SIGSEGV/,
  ],
  [
    'no record',
    checking('after-restore', () => ({ objects: 0, bytes: 0 })),
    /no record was there to read back/,
    'fail',
  ],
  ['records of no bytes', checking('after-restore', () => ({ bytes: 0 })), /no data of the volume was read back/],
  [
    'a volume that was read in part',
    checking('after-restore', () => ({ objects: 1000 })),
    /only 1000 of \d+ records were read back/,
  ],
  [
    'a finding',
    checking('after-restore', () => ({ findings: [finding] })),
    /^1 findings, first flipped in "segment-00003" at 4096/,
    'fail',
  ],
  [
    'a lost ACL that the tool should keep',
    (facts, draw) => {
      const planned = each('drill.planned', (fact) => ({
        ...fact,
        expectations: { ...fact.expectations, attributesNotKept: ['xattr'] },
      }))(facts, draw)
      return planned && checking('after-restore', () => ({ attributes: [lostAcl] }))(planned, draw)
    },
    /^acl of 1 of 4 entries; first "a": is "none", was "02"/,
    'fail',
  ],
  [
    'a finding beside a search of the store that found nothing',
    (facts, draw) => {
      const [first, ...others] = facts
      if (first === undefined) return null
      const { at, drill } = first
      const searched = {
        objects: 3,
        bytes: 900,
        searchedBytes: 900,
        data: false,
        secrets: false,
        keyIsPublished: false,
      }
      const after: DrillFact[] = [first, { kind: 'backup.searched', at, drill, ...searched }, ...others]
      return checking('after-restore', () => ({ findings: [finding] }))(after, draw)
    },
    /^1 findings, first flipped in "segment-00003" at 4096/,
    'fail',
  ],
  [
    'volumes of two moments',
    checking('after-restore', () => ({ findings: [tear] })),
    /^1 findings, first torn across volumes in "stock" at 0/,
    'fail',
  ],
  [
    'a backup of two moments, whose files have lost an ACL too',
    each('backup.proved', (fact) => ({
      ...fact,
      check: { ...fact.check, findings: [tear], attributes: [lostAcl] },
    })),
    /reported "Completed", and torn across volumes in "stock" at 0/,
    'fail',
  ],
  [
    'a lost object of a service without a volume',
    (facts, draw) => {
      const planned = each('drill.planned', (fact) => ({ ...fact, withoutVolume: true }))(facts, draw)
      return planned && checking('after-restore', () => ({ findings: [{ ...finding, kind: 'lost' }] }))(planned, draw)
    },
    /^1 findings, first lost in/,
    'fail',
  ],
  [
    'a volume that was read before it was restored',
    moving(
      'integrity.checked',
      ({ phase }) => phase === 'after-restore',
      (facts) => {
        const [ended] = select(facts, 'restore.ended')
        return ended ? ended.at - 1 : null
      },
    ),
    /was read back before it was restored/,
  ],
  [
    'nobody looked for the corruption',
    dropping('integrity.checked', ({ phase }) => phase === 'after-fault'),
    /no check for corruption/,
  ],
  [
    'a look for corruption that crashed',
    checking('after-fault', () => ({ findings: [], error: 'SIGSEGV' })),
    /the check after the fault did not finish: SIGSEGV/,
  ],
  [
    'corruption that nobody found',
    checking('after-fault', () => ({ findings: [] })),
    /the corruption was not detected/,
    'fail',
  ],

  ['no writes', dropping('writes'), /no write was acknowledged/],
  [
    'writes without acknowledgement',
    writing((writes) => writes.map((write) => ({ ...write, acknowledgedMs: null }))),
    /no write was acknowledged/,
  ],
  [
    'a load that was idle before the fault',
    writing((writes, facts) => {
      const [faultMs] = faultOf(facts).between
      const idle = (ms: number | null) => ms !== null && ms > faultMs - 5_500 && ms <= faultMs + 500
      return writes.map((write) => (idle(write.acknowledgedMs) ? { ...write, acknowledgedMs: null } : write))
    }),
    /no write was acknowledged in the 5 s before the fault/,
  ],
  ['a write twice', writing((writes) => [...writes, ...writes.slice(5, 6)]), /two writes have the same sequence/],
  [
    'a write that was acknowledged before it was sent',
    writing((writes) =>
      writes.map((write, index) =>
        index === 9 && write.acknowledgedMs !== null ? { ...write, acknowledgedMs: write.sentMs - 500 } : write,
      ),
    ),
    /was acknowledged before it was sent/,
  ],
  [
    'slots that were not read',
    checking('after-restore', ({ slots }) => ({ slots: slots.filter((_, index) => index % 3 > 0) })),
    /slots with acknowledged writes were not read back/,
  ],
  [
    'a slot with what was never sent',
    checking('after-restore', ({ slots }) => ({
      slots: slots.map(([slot, sequence], index) => [slot, index === 7 ? 9e8 : sequence]),
    })),
    /holds sequence 900000000, which was never sent to it/,
    'fail',
  ],
  [
    'an old write that is lost',
    (facts, draw) => {
      const objective = select(facts, 'drill.planned')[0]?.objectives.rpoMs ?? Infinity
      const oldMs = faultOf(facts).between[0] - objective - 100
      const old = select(facts, 'writes')
        .flatMap(({ writes }) => writes)
        .find(({ acknowledgedMs }) => acknowledgedMs !== null && acknowledgedMs < oldMs)
      if (!old) return null
      return checking('after-restore', ({ slots }) => ({
        slots: slots.map(([slot, sequence]) => [slot, slot === old.slot ? -1 : sequence]),
      }))(facts, draw)
    },
    /^\d+ of \d+ acknowledged writes lost, the oldest .* before the fault/,
    'fail',
  ],

  [
    'no mesh before',
    dropping('mesh.state', ({ phase }) => phase === 'before'),
    /state of the mesh before the fault was not seen/,
  ],
  [
    'no mesh after',
    dropping('mesh.state', ({ phase }) => phase === 'after'),
    /state of the mesh after the fault was not seen/,
  ],
  ['a mesh that could not be read', meshing('after', { error: 'EOF' }), /state of the mesh is not known: EOF/],
  ['a mesh without configuration', meshing('before', { configuration: {} }), /no proxy configuration was seen/],
  ['a mesh without metrics', meshing('before', { requests: null }), /had counted no request/],
  [
    'a mesh of another configuration',
    meshing('after', { configuration: { clusters: 'c9', listeners: 'c2', routes: 'c3' } }),
    /configuration section "clusters" changed/,
    'fail',
  ],
  [
    'a mesh of another identity',
    meshing('after', { identities: ['spiffe://other'] }),
    /identity "spiffe:\/\/other" was added/,
    'fail',
  ],
  [
    'a mesh without policies',
    meshing('after', { policies: {} }),
    /policy "PeerAuthentication\/default" is missing/,
    'fail',
  ],
  ['metrics that do not resume', meshing('after', { requests: 0 }), /metrics did not resume/, 'fail'],

  ['no resources', dropping('resources'), /no resource samples of the tool's pods/],
  [
    "resources of the node's alone",
    each('resources', (fact) => ({ ...fact, samples: fact.samples.filter(({ tool }) => !tool) })),
    /no resource samples of the tool's pods/,
  ],
  [
    'resources that are no quantities',
    each('resources', (fact) => ({ ...fact, samples: fact.samples.map((sample) => ({ ...sample, memoryBytes: -1 })) })),
    /no resource samples of the tool's pods/,
  ],
]

export const dataDamages: Damage[] = rules.map(([title, edit, because, verdict = 'inconclusive']) => ({
  title,
  edit,
  because,
  verdict,
}))
