import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHash } from 'node:crypto'
import { expect, test } from '@playwright/test'
import { type CoreV1Api, type V1Pod, V1PodList, V1Secret } from '@kubernetes/client-node'
import { recordStep } from '../../../lib/drill/context.ts'
import { wrongCredentials } from '../../../lib/faults/malice.ts'
import { changeKey } from '../../../lib/faults/support/secret-change.ts'
import { strikeOnce } from '../../../lib/faults/support/strike.ts'
import { performUndo } from '../../../lib/faults/undo/perform.ts'
import type { Lab } from '../../../lib/lab/lab.ts'
import { openRecorder } from '../../../lib/record/recorder.ts'
import { faultTarget, podOf } from '../stand-ins/faults.ts'
import { type ExecAnswer, startExecServer } from '../stand-ins/exec-server.ts'
import { labWith, only } from '../stand-ins/lab.ts'

const KEY = 'CANARYsecretCANARYsecretCANARYsecret1234'
const FILE = '/credentials/cloud'
const secret = { namespace: 'velero', name: 'cloud-credentials' }
const encode = (text: string): string => Buffer.from(text).toString('base64')
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const labels = { 'app.kubernetes.io/component': 'chaos-daemon' }
const running = (name: string, namespace: string, part: object): V1Pod =>
  podOf({
    metadata: { name, namespace, uid: `uid-${name}`, labels },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'velero', containerID: 'containerd://abc' }],
    },
    spec: { nodeName: 'one', ...part },
  })
const velero = running('velero-1', 'velero', {
  containers: [{ name: 'velero', volumeMounts: [{ name: 'keys', mountPath: '/credentials' }] }],
  volumes: [{ name: 'keys', secret: { secretName: secret.name } }],
})
const daemon = running('chaos-daemon-1', 'chaos-mesh', { containers: [] })

/** Velero with its Secret in a file, on a node that answers execs; `inFile` is what that file holds. */
async function withVelero(
  answer: (inFile: string) => ExecAnswer | null,
  body: (world: { lab: Lab; urls: string[]; inSecret: () => string }) => Promise<void>,
): Promise<void> {
  let cloud = `[default]\naws_access_key_id=x\naws_secret_access_key=${KEY}\n`
  const node = await startExecServer(() => answer(cloud))
  const store = createServer((_request, response) => {
    response.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>')
  }).listen(0, '127.0.0.1')
  await once(store, 'listening')
  const core = only<CoreV1Api>({
    readNamespacedSecret: () =>
      Promise.resolve(Object.assign(new V1Secret(), { metadata: { uid: 'u' }, data: { cloud: encode(cloud) } })),
    replaceNamespacedSecret({ body }) {
      cloud = Buffer.from(body.data?.cloud ?? '', 'base64').toString()
      return Promise.resolve(body)
    },
    readNamespacedPod: () => Promise.resolve(velero),
    replaceNamespacedPod: () => Promise.resolve(velero),
    listNamespacedPod: () => Promise.resolve(Object.assign(new V1PodList(), { items: [daemon] })),
  })
  const pods = (namespace: string) => Promise.resolve(namespace === 'velero' ? [velero] : [daemon])
  const url = `http://127.0.0.1:${(store.address() as AddressInfo).port}`
  const lab = labWith(() => ({ config: node.config, core, pods }))
  try {
    await body({
      lab: { ...lab, store: { ...lab.store, url, secretKey: KEY } },
      urls: node.urls,
      inSecret: () => cloud,
    })
  } finally {
    await node.close()
    store.close()
  }
}

const target = faultTarget({ secret })

test('a changed key in a file of a pod is recognised by its hash, and no exec URL contains a key', async () => {
  const hash = (inFile: string): ExecAnswer => ({ stdout: `${sha256(inFile)}  -\n` })
  await withVelero(hash, async ({ lab, urls, inSecret }) => {
    const change = await changeKey(lab, target)
    expect(JSON.stringify(change.undo)).not.toContain(KEY)
    await change.make()
    const seen = await change.see(0)
    expect(inSecret()).not.toContain(KEY)
    const wrong = /secret_access_key=(.*)/.exec(inSecret())?.[1] ?? ''
    expect(wrong).toHaveLength(KEY.length)
    expect(seen.evidence).toContain('velero-1')
    await Promise.all(change.undo.map((undo) => performUndo(lab, undo)))
    expect(inSecret()).toContain(KEY)
    expect(urls.length).toBeGreaterThanOrEqual(2)
    const asked = urls.map(decodeURIComponent).join('\n')
    expect(asked).toContain(FILE)
    expect(asked).not.toContain(KEY)
    expect(asked).not.toContain(wrong)
  })
})

test('the fault waits for a key in a file of a pod that has not changed yet', async () => {
  let looks = 0
  const old = `[default]\naws_access_key_id=x\naws_secret_access_key=${KEY}\n`
  const hash = (inFile: string): ExecAnswer => ({ stdout: `${sha256(++looks < 3 ? old : inFile)}  -\n` })
  await withVelero(hash, async ({ lab }) => {
    const change = await changeKey(lab, target)
    await change.make()
    await change.see(0)
    expect(looks).toBe(3)
  })
})

const failures: [how: string, answer: ExecAnswer | null][] = [
  ['that fails', { stderr: 'cat: no such file' }],
  ['that the server refuses', null],
]
for (const [how, answer] of failures) {
  test(`an exec ${how} while the key is changed shows no key in its error or in the events`, async ({}, testInfo) => {
    await withVelero(
      () => answer,
      async ({ lab, inSecret }) => {
        const file = testInfo.outputPath('events.jsonl')
        const recorder = openRecorder(file)
        const changing = recordStep(
          (body) => {
            recorder.record({ ...body, at: Date.now(), drill: 'd' })
          },
          'break',
          'the key is changed',
          () => strikeOnce(lab, wrongCredentials(), target),
        )
        const error: unknown = await changing.catch((thrown: unknown) => thrown)
        expect(String(error)).toContain('on node "one"')
        expect(String((error as Error).stack)).not.toContain(KEY)
        const events = readFileSync(file, 'utf8')
        expect(events).toContain('step.ended')
        expect(events).not.toContain(KEY)
        expect(inSecret()).toContain(KEY)
      },
    )
  })
}
