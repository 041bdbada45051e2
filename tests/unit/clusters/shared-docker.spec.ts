import { expect, test as base } from '@playwright/test'
import { ensureNetwork, removeContainers } from '../../../lib/clusters/kind/containers.ts'
import { ownerLabels, readOwner, thisOwner, type LabOwner } from '../../../lib/docker/labels.ts'
import { identify, type ProcessId } from '../../../lib/system/process.ts'
import { standIn, type Answers, type StandInProgram } from '../stand-ins/docker.ts'

/** Several users share one Docker. The tests use a stand-in for its command line. */
const test = base.extend<{ use: (answers: Answers) => StandInProgram }>({
  use: async ({}, use, testInfo) => {
    const { PATH, MESHDRILL_RUN_UID } = process.env
    process.env.MESHDRILL_RUN_UID = 'run-1'
    await use((answers) => {
      const program = standIn(testInfo.outputPath('programs'), 'docker', answers)
      process.env.PATH = program.path
      return program
    })
    process.env.PATH = PATH
    if (MESHDRILL_RUN_UID === undefined) delete process.env.MESHDRILL_RUN_UID
    else process.env.MESHDRILL_RUN_UID = MESHDRILL_RUN_UID
  },
})

const ENDED: ProcessId = { pid: 999_999_999, born: '1' }

/** A Docker with the lab of an owner, and other containers. */
const dockerOf = (owner: LabOwner, process: ProcessId, beside: string[] = []): Answers => [
  ['ps --all --filter label=io.x-k8s.kind.cluster=meshdrill', 'meshdrill-control-plane meshdrill'],
  ['network ls', 'meshdrill'],
  ['network inspect', JSON.stringify(ownerLabels(owner, process))],
  ['ps --all --filter label=dev.meshdrill=lab', beside.join('\n')],
]
const changes = (docker: StandInProgram) => docker.calls().filter((call) => /^(rm|network (rm|create)|kill)/.test(call))

for (const [ownerName, change] of [
  ['another user', { user: 'somebody-else' }],
  ['the same user on another machine', { machine: 'elsewhere' }],
] as const) {
  test(`the kind lab of ${ownerName} is an error that names the owner, and is never removed, even if it does not run`, async ({
    use,
  }) => {
    const owner = { ...thisOwner(), ...change }
    for (const process of [ENDED, await identify(globalThis.process.pid)]) {
      const docker = use(dockerOf(owner, process, ['store']))
      const refused = `belongs to user "${owner.user}" on "${owner.machine}": it is left alone. Next, as that user`
      await expect(removeContainers()).rejects.toThrow(refused)
      await expect(removeContainers(process)).rejects.toThrow(refused)
      await expect(ensureNetwork(ENDED)).rejects.toThrow(refused)
      expect(changes(docker)).toEqual([])
    }
  })
}

test('a kind lab that another run of this user uses is an error, even without its state file', async ({ use }) => {
  const running = await identify(process.ppid)
  const docker = use(dockerOf({ ...thisOwner(), run: 'run-2' }, running))
  await expect(removeContainers()).rejects.toThrow(`is in use by process ${process.ppid} of this user`)
  await expect(removeContainers(ENDED)).rejects.toThrow('left alone')
  expect(changes(docker)).toEqual([])
})

test('a kind lab of this user is removed if its run has ended, if it is this run’s, or if the state file names it', async ({
  use,
}) => {
  const running = await identify(process.ppid)
  for (const [owner, of, notes] of [
    [{ run: 'run-2' }, ENDED, null],
    [{ run: 'run-1' }, running, null],
    [{ run: 'run-2' }, running, running],
  ] as const) {
    const docker = use(dockerOf({ ...thisOwner(), ...owner }, of))
    expect(await removeContainers(notes)).toEqual(['kind cluster "meshdrill"', 'Docker network meshdrill'])
    expect(changes(docker).slice(-2)).toEqual(['rm --force --volumes meshdrill-control-plane', 'network rm meshdrill'])
  }
})

test('the removal of a lab removes only containers of this user and this machine', async ({ use }) => {
  const { machine, user } = thisOwner()
  const line = (...columns: string[]) => columns.join('\t')
  const beside = [
    line('store', machine, user),
    line('earlier', '', ''),
    line('of-bob', machine, 'bob'),
    line('far', 'elsewhere', user),
  ]
  const docker = use(dockerOf(thisOwner(), ENDED, beside))
  await removeContainers()
  expect(changes(docker)[0]).toBe('rm --force --volumes meshdrill-control-plane store earlier')
})

test('the labels of the network of a lab name its machine, user, run and process', async ({ use }) => {
  const docker = use([
    ['network ls', ''],
    ['network create', ''],
  ])
  await ensureNetwork({ pid: 7, born: '123' })
  const { machine, user } = thisOwner()
  const call = changes(docker)[0] ?? ''
  for (const label of ['=lab', `.machine=${machine}`, `.user=${user}`, '.run=run-1', '.process=7 123'])
    expect(call).toContain(`--label dev.meshdrill${label}`)
  const owner = readOwner(ownerLabels(thisOwner(), { pid: 7, born: 'Sat Nov 29 01:02:03 2026' }))
  expect(owner).toEqual({ ...thisOwner(), process: { pid: 7, born: 'Sat Nov 29 01:02:03 2026' } })
  expect(readOwner({ 'dev.meshdrill': 'lab' })).toBeNull()
})
