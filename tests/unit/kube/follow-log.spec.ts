import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KubeConfig } from '@kubernetes/client-node'
import { expect, test } from '@playwright/test'
import type { KubeClient } from '../../../lib/kube/client.ts'
import { followLog } from '../../../lib/kube/follow-log.ts'

const target = { namespace: 'drill-clients', pod: 'load-1', container: 'k6' }

/** A stand-in for an API server with a pod's log. Each request gets the next answer; the last one stays. */
async function serve(answers: ((answer: ServerResponse) => void)[], terminated: () => boolean) {
  const asked: string[] = []
  const server = createServer((request, answer) => {
    asked.push(new URL(request.url ?? '', 'http://stand-in').searchParams.get('follow') ?? '')
    const next = answers[asked.length - 1] ?? answers.at(-1)
    next?.(answer)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const config = new KubeConfig()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  config.loadFromOptions({
    clusters: [{ name: 'stand-in', server: url, skipTLSVerify: true }],
    users: [{ name: 'nobody' }],
    contexts: [{ name: 'stand-in', cluster: 'stand-in', user: 'nobody' }],
    currentContext: 'stand-in',
  })
  const state = () => (terminated() ? { terminated: { exitCode: 3, reason: 'Error' } } : { running: {} })
  const core = {
    readNamespacedPod: () => Promise.resolve({ status: { containerStatuses: [{ name: 'k6', state: state() }] } }),
  }
  return { kube: { config, core } as unknown as KubeClient, asked, stop: () => server.close() }
}

const whole = (text: string) => (answer: ServerResponse) => answer.end(text)
const cutAfter = (text: string) => (answer: ServerResponse) => {
  answer.write(text, () => setTimeout(() => answer.destroy(), 20))
}

test('a log stream that breaks, even within a character, continues where it broke', async () => {
  const text = 'first\nsecond ✓\nthird\n'
  const bytes = Buffer.from(text)
  const half = (answer: ServerResponse) => {
    answer.write(bytes.subarray(0, bytes.indexOf('✓') + 1), () => setTimeout(() => answer.destroy(), 20))
  }
  let ended = false
  const read: string[] = []
  const { kube, asked, stop } = await serve(
    [
      half,
      cutAfter(text.slice(0, 8)),
      (answer) => {
        ended = true
        whole(text)(answer)
      },
    ],
    () => ended,
  )
  const end = await followLog(kube, target, (more) => read.push(more))
  stop()
  expect(read.join('')).toBe(text)
  expect(end).toEqual({ exitCode: 3, reason: 'Error' })
  expect(asked).toEqual(['true', 'true', 'true', 'false'])
})

test('log lines that a container writes after the end of its stream are also read', async () => {
  const { kube, stop } = await serve([whole('one\n'), whole('one\ntwo\n')], () => true)
  const read: string[] = []
  await followLog(kube, target, (more) => read.push(more))
  stop()
  expect(read.join('')).toBe('one\ntwo\n')
})

test('a log that was rotated while its stream was broken is an error', async () => {
  const { kube, stop } = await serve([cutAfter('one\n'), whole('two\nthree\n')], () => false)
  const following = followLog(kube, target, () => undefined)
  await expect(following).rejects.toThrow(/log of pod "load-1" in namespace "drill-clients" was rotated/)
  stop()
})
