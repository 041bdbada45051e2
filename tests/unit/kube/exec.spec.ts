import { expect, test } from '@playwright/test'
import { execute } from '../../../lib/kube/exec.ts'
import { protectSecret } from '../../../lib/output/secrets.ts'
import { type ExecAnswer, type ExecServer, startExecServer } from '../stand-ins/exec-server.ts'
import { labWith } from '../stand-ins/lab.ts'

const SECRET = 'CANARYofAnExec0123456789'
const target = { namespace: 'chaos-mesh', pod: 'daemon', container: 'chaos-daemon' }

async function withServer(
  answer: ExecAnswer | null,
  body: (run: (command: string[]) => Promise<string>, server: ExecServer) => Promise<void>,
): Promise<void> {
  const server = await startExecServer(() => answer)
  const { kube } = labWith(() => ({ config: server.config }))
  try {
    await body((command) => execute(kube, target, command), server)
  } finally {
    await server.close()
  }
}

test('an exec with a secret in its arguments, in any encoding, is refused before a request is sent', async () => {
  protectSecret(SECRET)
  await withServer({ stdout: 'done' }, async (run, { urls }) => {
    for (const argument of [SECRET, `key=${SECRET}`, Buffer.from(`k:${SECRET}`).toString('base64')]) {
      const error: unknown = await run(['sh', '-c', 'echo "$1"', 'sh', argument]).catch((thrown: unknown) => thrown)
      expect(String(error)).toContain('its arguments contain a secret')
      expect(String(error)).not.toContain(argument)
    }
    expect(urls).toEqual([])
    expect(await run(['sh', '-c', 'echo done'])).toBe('done')
  })
})

test('the error of a failed exec has no secret that the command printed', async () => {
  protectSecret(SECRET)
  await withServer({ stderr: `login with ${SECRET} failed` }, async (run) => {
    await expect(run(['login'])).rejects.toThrow('login with [redacted] failed')
  })
})

test('an exec that the server refuses is an error with the command and its target', async () => {
  await withServer(null, async (run) => {
    await expect(run(['true'])).rejects.toThrow(
      /^true in chaos-mesh\/daemon, container chaos-daemon: (socket hang up|read ECONNRESET)/,
    )
  })
})
