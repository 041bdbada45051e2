import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { hostPathOf } from '../../../../lib/clusters/kind/host-path.ts'
import { publicArtifacts } from '../../../../lib/clusters/public/artifacts.ts'
import { images, manifests } from '../../../../lib/clusters/public/catalog.ts'
import type { ManifestFile } from '../../../../lib/lab/published.ts'
import { parseManifest } from '../../../../lib/kube/client.ts'

test.describe('a pinned manifest', () => {
  let server: Server
  let url = ''
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n'
  const sha256 = createHash('sha256').update(text).digest('hex')
  const read = (file: ManifestFile) => publicArtifacts({ images: {}, found: {} }, { it: [file] }).manifests('it')

  // A stand-in for the web server of the projects' repositories.
  test.beforeAll(async () => {
    server = createServer((request, response) => {
      response.statusCode = request.url === '/there.yaml' ? 200 : 404
      response.end(text)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  test.afterAll(() => {
    server.close()
  })

  test('a pinned manifest is used if its content is unchanged, and refused if it has changed', async () => {
    const file = `${url}/there.yaml`
    expect(await read({ url: file, sha256 })).toMatchObject([{ kind: 'ConfigMap' }])
    const other = createHash('sha256').update(`${text}#`).digest('hex')
    await expect(read({ url: file, sha256: other })).rejects.toThrow(
      `"${file}" has SHA-256 ${sha256}, but ${other} is pinned`,
    )
  })

  test('a pinned manifest that cannot be downloaded is an error with the next command', async () => {
    const file = `${url}/away.yaml`
    await expect(read({ url: file, sha256 })).rejects.toThrow(`GET ${file}: 404. Next: curl -v ${file}`)
    // A port that was closed a moment ago.
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    const silent = `http://127.0.0.1:${port}/a.yaml`
    await expect(read({ url: silent, sha256 })).rejects.toThrow(
      new RegExp(`^GET ${silent}: connect ECONNREFUSED .*Next: curl -v ${silent}$`),
    )
  })
})

/** Folders of projects in Go's module cache, by the beginning of the URLs of their files. */
const MODULES: Record<string, string> = {
  'https://raw.githubusercontent.com/k8up-io/k8up/v2.12.0/': 'github.com/k8up-io/k8up/v2@v2.12.0/',
  'https://raw.githubusercontent.com/kubernetes/kubernetes/v1.36.3/': 'k8s.io/kubernetes@v1.36.3/',
  'https://raw.githubusercontent.com/kubernetes-csi/external-snapshotter/refs/tags/v8.7.0/':
    'github.com/kubernetes-csi/external-snapshotter/v8@v8.7.0/',
  'https://raw.githubusercontent.com/kubernetes-csi/external-snapshotter/refs/tags/client/v8.6.0/client/':
    'github.com/kubernetes-csi/external-snapshotter/client/v8@v8.6.0/',
}

function inModule(url: string): string {
  const [beginning, folder] = Object.entries(MODULES).find(([one]) => url.startsWith(one)) ?? []
  if (beginning === undefined || folder === undefined) throw new Error(`of which Go module is ${url}?`)
  return join(homedir(), 'go/pkg/mod', folder, url.slice(beginning.length))
}

test.describe('manifests in Go modules', () => {
  const files = Object.values(manifests).flat()
  const away = files.filter(({ url }) => !existsSync(inModule(url)))

  test('pinned manifests have the SHA-256 of the files', () => {
    test.skip(away.length > 0, `Go's module cache lacks ${away.map(({ url }) => inModule(url)).join(', ')}`)
    const sums = files.map(({ url }) =>
      createHash('sha256')
        .update(readFileSync(inModule(url)))
        .digest('hex'),
    )
    expect(sums).toEqual(files.map(({ sha256 }) => sha256))
  })

  test('the storage uses the images that its manifests name, and each of its role bindings has its role', async () => {
    test.skip(away.length > 0, `Go's module cache lacks ${away.map(({ url }) => inModule(url)).join(', ')}`)
    const read = (name: string) =>
      (manifests[name] ?? []).flatMap(({ url }) => parseManifest(readFileSync(inModule(url), 'utf8'), url))
    const texts = ['external-snapshotter/controller', 'csi-driver-host-path'].flatMap(read)
    const named = JSON.stringify(texts)
    const { objects, images: used } = await hostPathOf({
      manifests: (name) => Promise.resolve(read(name)),
      image: (name) => images[name]?.reference ?? '',
    }).read()
    expect(used).toHaveLength(5)
    for (const image of used) expect(named).toContain(`"${image}"`)
    const accounts = objects.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => metadata.name)
    const bound = objects.flatMap(({ subjects }) => (subjects ?? []) as { name: string; namespace: string }[])
    for (const subject of bound)
      expect([accounts, subject.namespace]).toEqual([expect.arrayContaining([subject.name]), 'storage'])
    const roles = objects
      .filter(({ kind }) => kind.endsWith('Binding'))
      .map(({ roleRef }) => roleRef as { name: string })
    const kept = ['provisioner', 'snapshotter'].map((name) => `external-${name}-runner`)
    expect(roles.map(({ name }) => name)).toEqual(expect.arrayContaining([...kept, 'snapshot-controller-runner']))
  })
})
