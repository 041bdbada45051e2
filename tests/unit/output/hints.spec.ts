import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { kindEnvironment } from '../../../lib/clusters/kind/program.ts'

const LIB = join(import.meta.dirname, '../../../lib')

/** Hints with a command in a plain template, which does not quote its values. */
const unquoted = (text: string): string[] =>
  [...text.matchAll(/(?:hint: |const hint = |const next = )`kubectl[^`]*`/g)]
    .map(([found]) => found)
    .filter((found) => /\$\{(?![A-Z_]+\})/.test(found))

test('the command of every hint quotes names that come from a server', () => {
  const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  expect(files.length).toBeGreaterThan(100)
  const found = files.flatMap((file) => unquoted(readFileSync(join(LIB, file), 'utf8')).map((one) => `${file}: ${one}`))
  expect(found).toEqual([])
  expect(unquoted('hint: `kubectl get node ${name}`')).toHaveLength(1)
})

test("kind gets the address of Docker from the user's shell, but neither KUBECONFIG nor the choice of another runtime", () => {
  const shell = {
    ...{ PATH: '/bin', HOME: '/home/me', DOCKER_HOST: 'tcp://far:2375', DOCKER_CONTEXT: ' ', HTTPS_PROXY: 'http://p' },
    ...{ KUBECONFIG: '/home/me/.kube/config', KIND_EXPERIMENTAL_PROVIDER: 'podman', KIND_CLUSTER_NAME: 'theirs' },
    ...{ MESHDRILL_S3_SECRET_KEY: 'canary' },
  }
  expect(kindEnvironment(shell)).toEqual({
    ...{ PATH: '/bin', HOME: '/home/me', DOCKER_HOST: 'tcp://far:2375', HTTPS_PROXY: 'http://p' },
    ...{ KIND_EXPERIMENTAL_PROVIDER: 'docker', KIND_EXPERIMENTAL_DOCKER_NETWORK: 'meshdrill' },
  })
})
