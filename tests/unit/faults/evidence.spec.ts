import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import type { V1Pod, V1Secret } from '@kubernetes/client-node'
import { CHAOS_FOLDER } from '../../../lib/components/chaos-mesh/chaos-mesh.ts'
import { endedBetween, statusIn } from '../../../lib/faults/support/container-end.ts'
import { parseFilling } from '../../../lib/faults/full-volume.ts'
import { findRefusal } from '../../../lib/workloads/ledger/damage.ts'
import { staleProxies } from '../../../lib/faults/pod-failure.ts'
import { isInUse, LIST_RULES, parseRules } from '../../../lib/faults/support/pod-network.ts'
import { parseQuantity } from '../../../lib/system/quantity.ts'
import { filesOf, replaceIn } from '../../../lib/faults/support/secret-change.ts'
import { parseShaper } from '../../../lib/faults/support/shaping.ts'
import { parseLimit } from '../../../lib/faults/tool-memory.ts'
import { parseManifest } from '../../../lib/kube/client.ts'
import { podOf } from '../stand-ins/faults.ts'

test('each file in chaos/ begins with a description, and its fault has the name of the file', async () => {
  for (const file of await readdir(CHAOS_FOLDER)) {
    const text = await readFile(new URL(file, CHAOS_FOLDER), 'utf8')
    expect(text, file).toMatch(/^# [A-Z].{20,}\n/)
    const faults = parseManifest(text, file).filter(({ apiVersion }) => apiVersion === 'chaos-mesh.org/v1alpha1')
    expect(
      faults.map(({ metadata }) => `${metadata.name}.yaml`),
      file,
    ).toEqual([file])
  }
})

test.describe('rules in the network of a pod', () => {
  const mesh = ['-P INPUT ACCEPT', '-N ISTIO_OUTPUT', '-A OUTPUT -j ISTIO_OUTPUT']
  const plain = ['qdisc noqueue 0: dev lo root refcnt 2', 'qdisc noqueue 0: dev eth0 root refcnt 2']

  test('rules of Chaos Mesh in the network of a pod differ from those of the mesh and from the default shaper', () => {
    expect(parseRules([...mesh, ...plain].join('\n'))).toEqual([])
  })

  test('rules of Chaos Mesh in the network of a pod are chains, sets and shapers', () => {
    const text = [
      ...mesh,
      '-N CHAOS-INPUT',
      '-N INPUT/parti_9eed0960ad6b01_',
      '-A CHAOS-INPUT -j INPUT/parti_9eed0960ad6b01_',
      '-N TC-TABLES-0',
      'set parti_9eed0960ad6b0_net_tgt',
      'qdisc tbf 1: dev eth0 root refcnt 2 rate 8Mbit burst 32Kb lat 98.3ms',
      'qdisc netem 1: dev eth0 root refcnt 2 limit 1000 delay 200ms',
    ].join('\n')
    expect(parseRules(text)).toEqual([
      'chain CHAOS-INPUT',
      'chain INPUT/parti_9eed0960ad6b01_',
      'chain TC-TABLES-0',
      'set parti_9eed0960ad6b0_net_tgt',
      'tbf on eth0',
      'netem on eth0',
    ])
    expect(LIST_RULES).toContain('ip6tables')
  })

  test('rules in the network of a pod stay while another fault needs them', () => {
    const note = (spec: object) => ({ apiVersion: 'v1', kind: 'PodNetworkChaos', metadata: { name: 'p' }, spec })
    expect(isInUse(note({}))).toBe(false)
    expect(isInUse(note({ iptables: [], ipsets: null }))).toBe(false)
    for (const field of ['iptables', 'ipsets', 'tcs']) expect(isInUse(note({ [field]: [{}] })), field).toBe(true)
  })

  test('rules in the network of a pod shape the traffic after packets went through them', () => {
    const head = 'qdisc tbf 1: root refcnt 2 rate 8Mbit burst 32Kb lat 98.3ms \n'
    const shaper = (packets: number) => parseShaper(`${head} Sent 412 bytes ${packets} pkt (dropped 0)\n`, 'tbf')
    expect(shaper(4)).toEqual({ words: 'tbf rate 8Mbit burst 32Kb lat 98.3ms', packets: 4 })
    expect(shaper(0)?.packets).toBe(0)
    expect(parseShaper(`${head} Sent 1 bytes 1 pkt`, 'netem')).toBeNull()
    expect(parseShaper('qdisc noqueue 0: root refcnt 2\n Sent 0 bytes 0 pkt', 'tbf')).toBeNull()
  })
})

test.describe('a full volume', () => {
  const fromMs = Date.parse('2026-11-21T05:10:00.000Z')
  const refusal = (time: string) => `2026/11/21 ${time} PUT /records/7: 507: no space left on device`

  test('a full volume is observed by the first refused write after the fault', () => {
    const log = ['2026/11/21 05:10:00.500000 serving', refusal('05:10:02.345678'), refusal('05:10:03.000000')].join(
      '\n',
    )
    expect(findRefusal(log, fromMs)).toEqual({
      atMs: fromMs + 2345,
      words: 'PUT /records/7: 507: no space left on device',
    })
  })

  test('a full volume is not observed by an earlier refusal or one for another reason', () => {
    expect(findRefusal(refusal('05:09:59.999999'), fromMs)).toBeNull()
    expect(findRefusal('2026/11/21 05:10:02.345678 PUT /records/7: 409: conflict', fromMs)).toBeNull()
    expect(findRefusal('2026/11/21 05:10:02.345678 GET /records/7: 507: odd', fromMs)).toBeNull()
  })

  test('the log of the task that fills a volume names the file', () => {
    const change = { file: 'ballast', length: 99, before: '100 bytes free', after: '1 bytes free', at: 'x' }
    const summary = { changed: 1, kind: 'fill', from: '2026-11-21T05:10:00Z', ended: 'quota exceeded' }
    const log = (...lines: object[]) => lines.map((line) => JSON.stringify(line)).join('\n')
    expect(parseFilling(log(change, summary))).toEqual({
      words: 'ballast of 99 bytes: 100 bytes free, then 1 bytes free, ended by "quota exceeded"',
      fromMs,
    })
    for (const text of ['', log(summary), log(change), log(change, { ...summary, changed: 0 })])
      expect(() => parseFilling(text), text).toThrow('is incomplete')
  })
})

test.describe('a key in a Secret', () => {
  const encode = (text: string) => Buffer.from(text).toString('base64')

  test('a key in a Secret is replaced at each place, and nothing else changes', () => {
    const data = { cloud: encode('id=a\nkey=right\n'), other: encode('left') } satisfies V1Secret['data']
    expect(replaceIn(data, 'right', 'wrong')).toEqual({ cloud: encode('id=a\nkey=wrong\n') })
    expect(replaceIn({ other: encode('left') }, 'right', 'wrong')).toEqual({})
  })

  test('a key in a Secret is read from the files of the pods that mount the whole Secret', () => {
    const mounting = (mount: object, volume: object): V1Pod =>
      podOf({
        spec: {
          containers: [{ name: 'server', volumeMounts: [{ name: 'keys', mountPath: '/credentials', ...mount }] }],
          volumes: [{ name: 'keys', ...volume }],
        },
      })
    const secret = { secret: { secretName: 'cloud-credentials' } }
    const files = (pod: V1Pod) => filesOf([pod], 'cloud-credentials', ['cloud']).map(({ path }) => path)
    expect(files(mounting({}, secret))).toEqual(['/credentials/cloud'])
    // The kubelet never changes what is mounted by a subPath.
    expect(files(mounting({ subPath: 'cloud' }, secret))).toEqual([])
    expect(files(mounting({}, { secret: { secretName: 'other' } }))).toEqual([])
    expect(files(mounting({}, { emptyDir: {} }))).toEqual([])
  })
})

test.describe('a container', () => {
  test('a container is found in its pod, even a native sidecar', () => {
    const status = (name: string) => ({ name, ready: true, restartCount: 0, image: 'i', imageID: '' })
    const pod = podOf({
      status: { initContainerStatuses: [status('istio-proxy')], containerStatuses: [status('ledger')] },
    })
    expect(statusIn(pod, 'istio-proxy')?.name).toBe('istio-proxy')
    expect(statusIn(pod, 'ledger')?.name).toBe('ledger')
    expect(statusIn(pod, 'other')).toBeUndefined()
    expect(statusIn(undefined, 'ledger')).toBeUndefined()
  })

  test('a container was not swapped back if its image differs from that of its pod', () => {
    const proxy = (image: string, running = true): V1Pod =>
      podOf({
        spec: { containers: [], initContainers: [{ name: 'istio-proxy', image: 'istio/proxyv2:v1' }] },
        status: {
          initContainerStatuses: [
            {
              name: 'istio-proxy',
              image,
              imageID: '',
              ready: false,
              restartCount: 1,
              state: running ? { running: {} } : {},
            },
          ],
        },
      })
    expect(staleProxies(proxy('meshdrill/pause:1')).map(({ name }) => name)).toEqual(['istio-proxy'])
    expect(staleProxies(proxy('docker.io/istio/proxyv2:v1'))).toEqual([])
    expect(staleProxies(proxy('meshdrill/pause:1', false))).toEqual([])
  })

  test('a container ended within the second that the kubelet reports, after the request and before it was observed', () => {
    const requestedMs = 10_400
    expect(endedBetween(new Date(10_000), requestedMs, 10_700)).toEqual([10_400, 10_700])
    expect(endedBetween(new Date(12_000), requestedMs, 15_000)).toEqual([12_000, 13_000])
    expect(endedBetween(undefined, requestedMs, 10_900)).toEqual([10_400, 10_900])
  })
})

test('a memory limit was set if it differs from the earlier one', () => {
  expect(parseLimit('before max after 4194304\n')).toEqual({ before: 'max', after: '4194304' })
  expect(() => parseLimit('before 4194304 after 4194304')).toThrow('is still 4194304')
  expect(() => parseLimit('cat: no such file')).toThrow(/could not be set: cat/)
})

test('quantities are parsed like in Kubernetes', () => {
  expect(['512Mi', '1Gi', '250m', '2', '1.5k'].map(parseQuantity)).toEqual([2 ** 29, 2 ** 30, 0.25, 2, 1500])
  for (const text of ['', 'Mi', '5X', '-1']) expect(() => parseQuantity(text), text).toThrow('is not a quantity')
})
