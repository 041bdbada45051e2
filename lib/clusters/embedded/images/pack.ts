import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { posix } from 'node:path'
import type { Image, ImageFile } from './content.ts'
import { librariesOf } from './content.ts'
import { endOfTar, tarBytes, tarHeader, tarPadding, TarFile } from './tar.ts'
import type { TarMember } from './tar.ts'

interface LayerMember extends TarMember {
  content: { source: string } | { text: string } | null
}

const architectures: Partial<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }
const oci = 'application/vnd.oci.image'
const layerType = `${oci}.layer.v1.tar`
const configType = `${oci}.config.v1+json`
const manifestType = `${oci}.manifest.v1+json`
const indexType = `${oci}.index.v1+json`

/**
 * Writes an image as a tar in the OCI layout, for `ctr images import` and `docker load`. The same files give the same bytes. Content
 * is streamed, so that large programs need no more memory than small ones.
 */
export async function packImage(image: Image, output: string): Promise<void> {
  const dynamic = Object.values(image.files).flatMap((file) => ('dynamic' in file && file.dynamic ? [file.source] : []))
  const members = await membersOf({ ...(await librariesOf(dynamic)), ...image.files })
  const bytes = members.reduce((sum, member) => sum + tarBytes(member), endOfTar.length)
  const file = await open(output, 'w')
  try {
    const tar = new TarFile(file)
    await tar.add('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' }))
    const layer = await tar.addHashed(bytes, blobPath, (put) => putLayer(members, put))
    const config = configOf(image, layer)
    await tar.add(blobPath(sha256Of(config)), config)
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: describe(configType, config),
      layers: [{ mediaType: layerType, digest: `sha256:${layer}`, size: bytes }],
    })
    await tar.add(blobPath(sha256Of(manifest)), manifest)
    const manifests = image.references.map((name) => ({
      ...describe(manifestType, manifest),
      annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name },
    }))
    // Docker before version 25 reads this file.
    const archive = [{ Config: blobPath(sha256Of(config)), RepoTags: image.references, Layers: [blobPath(layer)] }]
    await tar.add('manifest.json', JSON.stringify(archive))
    await tar.add('index.json', JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }))
    await tar.end()
  } finally {
    await file.close()
  }
}

/** All files and their parent folders, sorted so that a folder comes before its content. */
async function membersOf(files: Record<string, ImageFile>): Promise<LayerMember[]> {
  const members = new Map<string, LayerMember>()
  for (const [path, file] of Object.entries(files)) {
    if (!posix.isAbsolute(path)) throw new Error(`the path "${path}" of an image is not absolute`)
    for (const folder of foldersAbove(path)) {
      const mode = 0o755
      if (!members.has(folder)) members.set(folder, { path: folder, kind: 'folder', mode, bytes: 0, content: null })
    }
    members.set(path.slice(1), await memberOf(path, file))
  }
  return [...members.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(1, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

async function memberOf(absolute: string, file: ImageFile): Promise<LayerMember> {
  const path = absolute.slice(1)
  if ('link' in file) return { path, kind: 'link', mode: 0o777, bytes: 0, target: file.link, content: null }
  if ('folder' in file) return { path, kind: 'folder', mode: file.mode, bytes: 0, content: null }
  if ('text' in file) return { path, kind: 'file', mode: file.mode, bytes: Buffer.byteLength(file.text), content: file }
  return { path, kind: 'file', mode: file.mode, bytes: (await stat(file.source)).size, content: file }
}

async function putLayer(members: LayerMember[], put: (block: Buffer) => Promise<void>): Promise<void> {
  for (const member of members) {
    await put(tarHeader(member))
    const { content } = member
    if (content && 'text' in content) await put(Buffer.from(content.text))
    if (content && 'source' in content) await putFile(content.source, member.bytes, put)
    await put(tarPadding(member.bytes))
  }
  await put(endOfTar)
}

async function putFile(source: string, bytes: number, put: (block: Buffer) => Promise<void>): Promise<void> {
  let read = 0
  for await (const block of createReadStream(source, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    read += block.length
    await put(block)
  }
  if (read !== bytes) throw new Error(`"${source}" changed during packing: it had ${bytes} bytes, then ${read}`)
}

function configOf(image: Image, layer: string): string {
  return JSON.stringify({
    architecture: architectures[process.arch] ?? process.arch,
    os: 'linux',
    config: {
      Entrypoint: image.entrypoint,
      Env: Object.entries(image.environment).map(([name, value]) => `${name}=${value}`),
      User: image.user,
      WorkingDir: image.workingDirectory,
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
  })
}

function describe(mediaType: string, blob: string): { mediaType: string; digest: string; size: number } {
  return { mediaType, digest: `sha256:${sha256Of(blob)}`, size: Buffer.byteLength(blob) }
}

function blobPath(sha256: string): string {
  return `blobs/sha256/${sha256}`
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
