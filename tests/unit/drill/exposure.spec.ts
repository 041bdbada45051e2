import { expect, test } from '@playwright/test'
import type { ToolParts } from '../../../lib/components/tool.ts'
import type { DrillFactBody } from '../../../lib/drill/context.ts'
import { watchExposure } from '../../../lib/drill/exposure.ts'
import type { KubeObject } from '../../../lib/kube/object.ts'
import { noopTool, noopWorkload } from '../../../lib/simulation/noop-tool.ts'
import { labWith } from '../stand-ins/lab.ts'
import { startS3 } from '../stand-ins/s3-server.ts'

const data = Buffer.from('a text of the data that the workload has on its volume')
const mover: ToolParts['mover'] = { namespace: 'tool', labels: {} }

interface Backed {
  /** What a backup puts into the store: given the Secret's text, the contents of the objects. */
  stores: (secret: string) => string[]
  parts?: Partial<ToolParts>
  /** Texts of the workload's data. Null if it has none. */
  canaries?: (() => Uint8Array[]) | null
  keyIsPublished?: boolean
}

/** Searches the store of a lab after a backup; returns the recorded facts. */
async function search({ stores, parts = {}, canaries = () => [data], keyIsPublished }: Backed) {
  const earlier = Object.fromEntries([['lab/tool/earlier', data.toString()]])
  const store = await startS3(earlier)
  const [facts, applied]: [DrillFactBody[], KubeObject[]] = [[], []]
  const lab = labWith(() => ({
    apply: (objects) => {
      applied.push(...objects)
      return Promise.resolve()
    },
  }))
  const tool = noopTool().attach(lab)
  const exposure = watchExposure({
    lab: { ...lab, store: store.endpoint() },
    tool: {
      ...tool,
      parts: (namespace) => ({ ...tool.parts(namespace), mover, prefix: 'tool/', ...parts }),
      ...(keyIsPublished === undefined ? {} : { keyIsPublished: () => Promise.resolve(keyIsPublished) }),
    },
    workload: { ...noopWorkload(), ...(canaries === null ? {} : { canaries }) },
    ...{ namespace: 'drilled', seed: 7, record: (fact) => facts.push(fact) },
  })
  await exposure.plant()
  await exposure.begin()
  const { text = '' } = (applied[0] as { stringData?: { text?: string } } | undefined)?.stringData ?? {}
  for (const [index, content] of stores(text).entries()) store.objects.set(`lab/tool/new-${index}`, content)
  await exposure.search()
  await store.close()
  return { facts, applied }
}

test('a Secret with a known text is put into the namespace of the drill, and found in a manifest in the store', async () => {
  const { facts, applied } = await search({
    stores: (text) => [`{"data":{"text":"${Buffer.from(text).toString('base64')}"}}`],
  })
  expect(applied).toMatchObject([{ kind: 'Secret', metadata: { namespace: 'drilled' } }])
  expect(facts).toMatchObject([{ kind: 'backup.searched', objects: 1, data: false, secrets: true }])
})

test('the data of the workload are found in an object that came with the backup, and not in an earlier one', async () => {
  const { facts } = await search({ stores: () => ['one', `two ${data.toString()}`] })
  expect(facts).toMatchObject([{ objects: 2, data: true, secrets: false, keyIsPublished: false }])
  const unread = await search({ stores: () => ['one'], keyIsPublished: true })
  expect(unread.facts).toMatchObject([{ objects: 1, data: false, secrets: false, keyIsPublished: true }])
})

test('it is not known whether data can be read that are not in the store, or that have no known text', async () => {
  for (const unknown of [{ parts: { mover: null } }, { canaries: null }]) {
    const { facts } = await search({ stores: () => ['one'], ...unknown })
    expect(facts).toMatchObject([{ data: null, secrets: false }])
  }
})

test('the store of a tool that does not use it is not searched', async () => {
  expect((await search({ stores: () => ['one'], parts: { prefix: null } })).facts).toEqual([])
})
