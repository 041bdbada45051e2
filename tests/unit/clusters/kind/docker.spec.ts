import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { ensureNetwork, ourNodes, removeContainers } from '../../../../lib/clusters/kind/containers.ts'
import { startKeeper } from '../../../../lib/clusters/kind/make.ts'
import { kind } from '../../../../lib/clusters/kind/kind.ts'
import { kindFolder, readLab, isReusable, tearDown, writeLab, type KindLab } from '../../../../lib/clusters/kind/lab.ts'
import { dockerProblem, pullImage } from '../../../../lib/docker/docker.ts'
import { identify } from '../../../../lib/system/process.ts'
import { pending, waitFor } from '../../../../lib/system/wait.ts'
import { standIn, type Answers, type StandInProgram } from '../../stand-ins/docker.ts'

/** What the kind provider asks of Docker, and what it leaves alone, against a stand-in for its command line. */
const test = base.extend<{ use: (answers: Answers, name?: string) => StandInProgram }>({
  use: async ({}, use, testInfo) => {
    const { PATH, XDG_STATE_HOME } = process.env
    process.env.XDG_STATE_HOME = testInfo.outputPath('state')
    await use((answers, name = 'docker') => {
      const program = standIn(testInfo.outputPath('programs'), name, answers)
      process.env.PATH = program.path
      return program
    })
    process.env.PATH = PATH
    if (XDG_STATE_HOME === undefined) delete process.env.XDG_STATE_HOME
    else process.env.XDG_STATE_HOME = XDG_STATE_HOME
  },
})

const CLUSTER = 'ps --all --filter label=io.x-k8s.kind.cluster=meshdrill'
const NETWORK: Answers[number] = ['network ls', 'meshdrill']
const NODES: Answers[number] = [CLUSTER, 'meshdrill-control-plane meshdrill\nmeshdrill-worker meshdrill']
const BESIDE: Answers[number] = ['ps --all --filter label=dev.meshdrill=lab', 'store']
const PUBLIC = {
  artifacts: 'public',
  images: null,
  k6: 'found',
  components: [],
  workloads: [],
  ports: 'tried',
} as const

/** A process that has ended. */
const NOBODY = { pid: 999_999_999, born: '1' }

async function aLab(over: Partial<KindLab> = {}): Promise<KindLab> {
  const owner = await identify(process.pid)
  const made = { recipe: 'r', createdAt: 'then', keep: false, owner, image: 'i', storage: false, hostPath: null }
  const lab = { ...made, uid: null, gatewayPort: null, loaded: [] }
  writeLab({ ...lab, ...over })
  return { ...lab, ...over }
}

test('a missing or silent Docker is reported with the next command', async ({ use }) => {
  use([['version', '20.10.24']])
  expect(await dockerProblem()).toBeNull()
  use([['version', '!Cannot connect to the Docker daemon at unix:///var/run/docker.sock.']])
  expect(await dockerProblem()).toMatch(/^Docker does not answer \(.*Cannot connect.*\)\. Next: docker info$/)
  process.env.PATH = '/nonexistent'
  expect(await dockerProblem()).toMatch(/^there is no docker in PATH\. Next, as root: apt-get install docker\.io$/)
})

test('missing requirements of kind are reported before anything is changed', async ({ use }) => {
  const docker = use([
    ['version', '20.10.24'],
    ['info', 'runc'],
  ])
  const problems = await kind({ ...PUBLIC, artifacts: 'built' }).requires()
  expect(problems[0]).toMatch(/^Docker has no image "meshdrill\/node:v[\d.]+"\. Next: npx meshdrill node-image$/)
  expect(docker.calls().filter((call) => !/^(version|info|image ls) /.test(call))).toEqual([])
})

test('a cluster of the same name that meshdrill did not create is left alone', async ({ use }) => {
  const docker = use([NETWORK, [CLUSTER, 'meshdrill-control-plane kind']])
  await expect(ourNodes()).rejects.toThrow(
    /that meshdrill did not create \(meshdrill-control-plane\): it is left alone/,
  )
  await expect(removeContainers()).rejects.toThrow(/left alone/)
  expect(docker.calls().filter((call) => /^(rm|network rm)/.test(call))).toEqual([])
  // On a network of our name that is not ours, too.
  use([['network ls', ''], NODES])
  await expect(ourNodes()).rejects.toThrow(/left alone/)
})

test('a network of the same name without the label of meshdrill is reported and not used', async ({ use }) => {
  const theirs = use([
    ['network ls', ''],
    ['network create', '!network with name meshdrill already exists'],
  ])
  await expect(ensureNetwork(NOBODY)).rejects.toThrow(/already exists\. Next: docker network inspect meshdrill/)
  // What is published there is for this machine alone.
  expect(theirs.calls().at(-1)).toContain('--opt com.docker.network.bridge.host_binding_ipv4=127.0.0.1')
  const docker = use([NETWORK])
  await ensureNetwork(NOBODY)
  expect(docker.calls().at(-1)).toMatch(/^network inspect/)
})

test('an image that cannot be pulled is an error that says how to work without a registry', async ({ use }) => {
  use([['pull', '!no such host']])
  await expect(pullImage('registry.invalid/node:1', () => undefined)).rejects.toThrow(
    /"registry\.invalid\/node:1" cannot be pulled: .*no such host.*Next: docker pull .*npx meshdrill node-image/,
  )
  const docker = use([['image ls', 'sha256:1']])
  await pullImage('registry.invalid/node:1', () => undefined)
  expect(docker.calls().filter((call) => call.startsWith('pull')).length).toBe(1)
})

test('a lab that another run uses is not touched', async ({ use }) => {
  const docker = use([NODES, NETWORK, ['image ls', 'sha256:1']])
  await aLab({ owner: await identify(process.ppid) })
  const asked = { keep: true, ownerPid: process.pid, log: () => undefined }
  await expect(kind(PUBLIC).create(asked)).rejects.toThrow(`A lab is in use by process ${process.ppid}, since then.`)
  expect(await readLab()).not.toBeNull()
  expect(docker.calls().filter((call) => /^(rm|network rm|network create)/.test(call))).toEqual([])
})

test('a kept lab serves a run that needs the same lab, or the same without storage', async ({ use }) => {
  use([])
  const kept = await aLab({ keep: true, hostPath: 'h' })
  const serving = (lab: KindLab, recipe: string, hostPath: string | null) => isReusable(lab, { recipe, hostPath })
  expect([serving(kept, 'r', 'h'), serving(kept, 'r', null)]).toEqual([true, true])
  expect([serving(kept, 'other', 'h'), serving(kept, 'r', 'other')]).toEqual([false, false])
  expect(serving({ ...kept, keep: false }, 'r', 'h')).toBe(false)
  expect(serving({ ...kept, hostPath: null }, 'r', 'h')).toBe(false)
})

test('storage that cannot be fetched is reported before a cluster is created, and only tools that take snapshots need it', async ({
  use,
}) => {
  const docker = use([['image ls', 'sha256:1'], NETWORK, NODES])
  const program = use(
    [
      ['--version', 'kind version 0.33.0'],
      ['create', '!ERROR: no'],
    ],
    'kind',
  )
  await aLab({ keep: true, owner: await identify(999_999_999) })
  const asked = { keep: true, ownerPid: process.pid, log: () => undefined }
  const { fetch } = globalThis
  const urls: unknown[] = []
  globalThis.fetch = (url) => {
    urls.push(url)
    return Promise.reject(new Error('fetch failed', { cause: new Error('no such host') }))
  }
  try {
    for (const tool of ['velero', 'snapshots'] as const)
      await expect(kind({ ...PUBLIC, components: ['restic', tool] }).create(asked)).rejects.toThrow(
        /^GET https:\/\/\S+\.yaml: no such host\. Next: curl -v https:\/\/\S+$/,
      )
    expect(program.calls()).toEqual([])
    expect(docker.calls().filter((call) => /^(rm|network)/.test(call))).toEqual([])
    expect((await readLab())?.createdAt).toBe('then')
    urls.length = 0
    await expect(kind({ ...PUBLIC, components: ['restic', 'k8up'] }).create(asked)).rejects.toThrow(
      'could not be created',
    )
    expect(urls).toEqual([])
  } finally {
    globalThis.fetch = fetch
  }
})

test('a cluster whose creation failed leaves nothing behind', async ({ use }) => {
  const docker = use([['image ls', 'sha256:1'], NETWORK, NODES, BESIDE])
  use(
    [
      ['--version', 'kind version 0.33.0'],
      [
        'create',
        '! ✗ Starting control-plane\nERROR: failed to create cluster: failed to init node\nI1121 initconfiguration.go',
      ],
    ],
    'kind',
  )
  const log: string[] = []
  const asked = { keep: true, ownerPid: process.pid, log: (line: string) => log.push(line) }
  await expect(kind(PUBLIC).create(asked)).rejects.toThrow(
    /^the kind cluster could not be created: ERROR: failed to create cluster: failed to init node\. Next: cat .*create\.log$/,
  )
  expect(docker.calls()).toContain('rm --force --volumes meshdrill-control-plane meshdrill-worker store')
  expect(docker.calls().at(-1)).toBe('network rm meshdrill')
  expect(existsSync(kindFolder())).toBe(false)
  expect(log.at(-1)).toMatch(/^removed again: kind cluster "meshdrill", container store, Docker network meshdrill$/)
})

test('the keeper ends the cluster of a run that was killed before the keeper ran', async ({ use }) => {
  const docker = use([['version', '20.10.24'], NETWORK, NODES])
  await aLab({ owner: NOBODY })
  startKeeper(NOBODY)
  await waitFor('the lab ended', async () => ((await readLab()) === null ? true : pending('its state is there')), {
    timeout: '40s',
  })
  expect(docker.calls()).toContain('rm --force --volumes meshdrill-control-plane meshdrill-worker')
})

test('a lab is removed with its state even if its API server is down, and without a lab nothing is removed', async ({
  use,
}) => {
  use([])
  expect(await tearDown()).toEqual([])
  await aLab({ uid: 'an-uid' })
  const found = await kind(PUBLIC).find()
  expect(found).toMatchObject({ ownerPid: process.pid, keep: false, kubeconfig: join(kindFolder(), 'kubeconfig') })
  use([['version', '!Cannot connect to the Docker daemon']])
  await expect(found?.end()).rejects.toThrow(
    /cannot be removed: Docker does not answer.*MESHDRILL_CLUSTER=kind npm run lab:down/,
  )
  expect(await readLab()).not.toBeNull()
  const docker = use([NETWORK, NODES])
  expect(await found?.end()).toEqual(['kind cluster "meshdrill"', 'Docker network meshdrill'])
  expect(docker.calls()).toContain('rm --force --volumes meshdrill-control-plane meshdrill-worker')
  expect(await kind(PUBLIC).find()).toBeNull()
  await expect(kind(PUBLIC).attach()).rejects.toThrow('There is no kind cluster to attach to')
})
