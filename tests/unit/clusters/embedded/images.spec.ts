import { expect, test } from '@playwright/test'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ensureImages, imageKey } from '../../../../lib/clusters/embedded/images/images.ts'
import { packImage } from '../../../../lib/clusters/embedded/images/pack.ts'
import type { Image } from '../../../../lib/clusters/embedded/images/content.ts'
import { tarHeader } from '../../../../lib/clusters/embedded/images/tar.ts'
import { inCache, inFolder } from '../../in-folder.ts'

const run = promisify(execFile)

interface Descriptor {
  digest: string
  size: number
  annotations?: Record<string, string>
}

interface DockerArchive {
  Config: string
  RepoTags: string[]
  Layers: string[]
}

/** Unpacks an image like containerd: index, manifest, config and layer, each by its digest. */
async function unpack(archive: string, folder: string): Promise<{ names: string[]; config: unknown; root: string }> {
  await mkdir(join(folder, 'oci'))
  await run('tar', ['-xf', archive, '-C', join(folder, 'oci')])
  const blob = async ({ digest, size }: Descriptor): Promise<Buffer> => {
    const content = await readFile(join(folder, 'oci/blobs', digest.replace(':', '/')))
    expect(content).toHaveLength(size)
    expect(`sha256:${createHash('sha256').update(content).digest('hex')}`).toBe(digest)
    return content
  }
  const index = JSON.parse(await readFile(join(folder, 'oci/index.json'), 'utf8')) as { manifests: [Descriptor] }
  const manifest = JSON.parse(String(await blob(index.manifests[0]))) as { config: Descriptor; layers: [Descriptor] }
  const config = JSON.parse(String(await blob(manifest.config))) as { rootfs: { diff_ids: string[] } }
  expect(config.rootfs.diff_ids).toEqual([manifest.layers[0].digest])
  const root = join(folder, 'root')
  await mkdir(root)
  await writeFile(join(folder, 'layer.tar'), await blob(manifest.layers[0]))
  await run('tar', ['-xpf', join(folder, 'layer.tar'), '-C', root])
  const names = index.manifests.map(({ annotations }) => annotations?.['io.containerd.image.name'] ?? '')
  return { names, config, root }
}

function image(files: Image['files']): Image {
  const references = ['localhost/test/a:1', 'localhost/test/b:1']
  return {
    references,
    files,
    entrypoint: ['/bin/program', 'run'],
    environment: { A: 'b=c' },
    user: '1337:1337',
    workingDirectory: '/tmp',
  }
}

test('a packed image can be unpacked again with the same content', async () => {
  await inFolder(async (folder) => {
    const source = join(folder, 'program')
    // More than a megabyte, so that it needs several reads, and not a multiple of a tar block.
    const content = Buffer.alloc(2_500_001, 'meshdrill ')
    await writeFile(source, content)
    const output = join(folder, 'image.tar')
    await packImage(
      image({
        '/bin/program': { source, mode: 0o755 },
        '/bin/other': { link: 'program' },
        '/etc/passwd': { text: 'root:x:0:0\n', mode: 0o644 },
        '/tmp': { folder: true, mode: 0o1777 },
      }),
      output,
    )
    const { names, config, root } = await unpack(output, folder)
    expect(names).toEqual(['localhost/test/a:1', 'localhost/test/b:1'])
    expect(config).toMatchObject({
      os: 'linux',
      config: { Entrypoint: ['/bin/program', 'run'], Env: ['A=b=c'], User: '1337:1337', WorkingDir: '/tmp' },
    })
    expect(content.equals(await readFile(join(root, 'bin/other')))).toBe(true)
    expect(await readFile(join(root, 'etc/passwd'), 'utf8')).toBe('root:x:0:0\n')
    // An older Docker finds the blobs through this file.
    const [forDocker] = JSON.parse(await readFile(join(folder, 'oci/manifest.json'), 'utf8')) as [DockerArchive]
    expect(forDocker.RepoTags).toEqual(names)
    expect(JSON.parse(await readFile(join(folder, 'oci', forDocker.Config), 'utf8'))).toEqual(config)
    expect(forDocker.Layers.map((layer) => layer.replace('blobs/sha256/', 'sha256:'))).toEqual(
      (config as { rootfs: { diff_ids: string[] } }).rootfs.diff_ids,
    )
    const modes = await Promise.all(['bin', 'bin/program', 'etc/passwd', 'tmp'].map((path) => stat(join(root, path))))
    expect(modes.map(({ mode }) => (mode & 0o7777).toString(8))).toEqual(['755', '755', '644', '1777'])
  })
})

test('an image of the same files in another order and with other times has the same bytes', async () => {
  await inFolder(async (folder) => {
    const source = join(folder, 'program')
    await writeFile(source, 'program')
    const [program, text] = [
      { source, mode: 0o755 },
      { text: 'x', mode: 0o644 },
    ]
    await packImage(image({ '/b': program, '/a/c': text }), join(folder, '1.tar'))
    await utimes(source, 0, 0)
    await chmod(source, 0o700)
    await packImage(image({ '/a/c': text, '/b': program }), join(folder, '2.tar'))
    expect(await readFile(join(folder, '1.tar'))).toEqual(await readFile(join(folder, '2.tar')))
  })
})

test('an image with a dynamic program contains its libraries and their loader', async () => {
  await inFolder(async (folder) => {
    const output = join(folder, 'image.tar')
    await packImage(image({ '/bin/program': { source: '/bin/cat', mode: 0o755, dynamic: true } }), output)
    const { root } = await unpack(output, folder)
    const names = await readdir(root, { recursive: true })
    expect(names.some((name) => name.endsWith('/libc.so.6'))).toBe(true)
    expect(names.some((name) => /\/ld-linux[^/]*\.so\.\d$/.test(name))).toBe(true)
  })
})

test('a file that does not fit into a tar is an error, and never a damaged tar', async () => {
  const member = { path: 'a', kind: 'file', mode: 0o644, bytes: 0 } as const
  expect(tarHeader({ ...member, path: 'x'.repeat(100) })).toHaveLength(512)
  expect(() => tarHeader({ ...member, path: 'x'.repeat(101) })).toThrow('does not fit into a tar')
  expect(() => tarHeader({ ...member, kind: 'link', target: 'x'.repeat(101) })).toThrow('does not fit into a tar')
  expect(() => tarHeader({ ...member, bytes: 8 * 2 ** 30 })).toThrow('does not fit into a tar')
  await inFolder(async (folder) => {
    await expect(packImage(image({ 'bin/a': { link: 'b' } }), join(folder, 'a.tar'))).rejects.toThrow(
      '"bin/a" of an image is not absolute',
    )
  })
})

test('the cache key of an image changes with its files and its description', async () => {
  await inFolder(async (folder) => {
    const source = join(folder, 'program')
    await writeFile(source, 'program')
    const plain = image({ '/program': { source, mode: 0o755 } })
    const before = await imageKey(plain)
    expect(await imageKey(plain)).toBe(before)
    expect(await imageKey({ ...plain, user: '' })).not.toBe(before)
    await utimes(source, 1, 1)
    expect(await imageKey(plain)).not.toBe(before)
  })
})

test('an image is packed once, a damaged image is packed again, and an unknown image is an error', async () => {
  await inCache(async (cache) => {
    await mkdir(cache)
    const program = join(cache, 'program')
    await writeFile(program, 'program')
    const toolchain = { binary: () => Promise.resolve(program) }
    const lines: string[] = []
    const open = () => ensureImages(toolchain, { cache, log: (line) => lines.push(line) })
    const reference = 'localhost/meshdrill/ledger:1'

    const packed = await open().archive(reference)
    expect(packed.references).toEqual([reference])
    const content = await readFile(packed.path)
    const { mtimeMs } = await stat(packed.path)
    expect(await open().archive(reference)).toEqual(packed)
    expect((await stat(packed.path)).mtimeMs).toBe(mtimeMs)

    await writeFile(packed.path, content.fill(1, 0, 1))
    await open().archive(reference)
    expect(lines).toEqual([expect.stringContaining('the cached meshdrill-ledger-1 is damaged')])
    expect(String((await readFile(packed.path)).subarray(0, 10))).toBe('oci-layout')

    await expect(open().archive('localhost/meshdrill/other:1')).rejects.toThrow(
      'no image "localhost/meshdrill/other:1"',
    )
  })
})

test('the stand-in for nsexec refuses what it cannot do', async () => {
  const refused = run('sh', ['lib/components/chaos-mesh/scripts/nsexec.sh', '-l', '--', 'true'])
  await expect(refused).rejects.toMatchObject({
    code: 64,
    stderr: expect.stringContaining('"-l" is not supported'),
  })
})
