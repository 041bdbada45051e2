import { expect, test } from '@playwright/test'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { startToolchain, type Builder, type Toolchain } from '../../../../lib/clusters/embedded/toolchain/build.ts'
import { makeCached, recordFile } from '../../../../lib/clusters/embedded/toolchain/cache.ts'
import { allPrograms, programOf } from '../../../../lib/clusters/embedded/toolchain/programs.ts'
import type { GoProgram } from '../../../../lib/lab/built.ts'
import { goBuild } from '../../../../lib/clusters/embedded/toolchain/go.ts'
import { takeLock } from '../../../../lib/system/lock.ts'
import { inCache, inFolder } from '../../in-folder.ts'

const run = promisify(execFile)
const none = new AbortController().signal

/** A builder that writes the program's name into a file at once, and records the names. */
function standIn(broken?: string): Builder & { built: string[] } {
  const built: string[] = []
  return {
    built,
    key: ({ name }) => Promise.resolve(Buffer.from(name.padEnd(8).slice(0, 8)).toString('hex')),
    build: async ({ name }, output) => {
      built.push(name)
      await writeFile(output, `program ${name}`)
      if (name === broken) throw new Error(`"${name}" could not be built`)
    },
  }
}

function start(cache: string, builder: Builder, lines: string[] = []): Toolchain {
  return startToolchain({ cache, builder, wanted: ['helm', 'coredns', 'k6'], log: (line) => lines.push(line) })
}

test('the versions of programs are those in their go.mod', async () => {
  for (const { name, module, folder } of allPrograms) {
    if (module === null) continue
    const pins = await readFile(join(folder, 'go.mod'), 'utf8')
    expect(pins.split(/\s*\n\s*(?:require )?/), name).toContain(`${module.path} ${module.version}`)
  }
})

test('programs are built in the order of the list, and cached programs are not built again', async () => {
  await inCache(async (cache) => {
    const [first, second] = [standIn(), standIn()]
    const lines: string[] = []
    const toolchain = start(cache, first, lines)
    await toolchain.done()
    expect(first.built).toEqual(['coredns', 'helm', 'k6'])
    expect(lines[0]).toMatch(/^building 1 of 3: coredns ╌{20} 0 s of about \d+ s; about [\d. mins]+ left in all$/)
    expect(lines[1]).toMatch(/^built coredns in \d+ s \(0 MB\)$/)
    expect(await readFile(await toolchain.binary('k6'), 'utf8')).toBe('program k6')

    const again = start(cache, second)
    await again.done()
    expect(second.built).toEqual([])
    expect(await readFile(await again.binary('helm'), 'utf8')).toBe('program helm')
  })
})

test('a damaged cached program of the same size is logged and built again', async () => {
  await inCache(async (cache) => {
    const toolchain = start(cache, standIn())
    await toolchain.done()
    const damaged = await toolchain.binary('helm')
    await writeFile(damaged, 'program hel!')

    const again = standIn()
    const lines: string[] = []
    await start(cache, again, lines).done()
    expect(again.built).toEqual(['helm'])
    expect(lines[0]).toContain(`the cached helm is damaged ("${damaged}"`)
    expect(await readFile(damaged, 'utf8')).toBe('program helm')
  })
})

test('a cached program is used if only its times have changed, and built again if its record is missing', async () => {
  await inCache(async (cache) => {
    const toolchain = start(cache, standIn())
    await toolchain.done()
    await utimes(await toolchain.binary('helm'), 0, 0)
    await rm(recordFile(await toolchain.binary('k6')))
    const again = standIn()
    await start(cache, again).done()
    expect(again.built).toEqual(['k6'])
  })
})

test('a failed build leaves no file and does not stop the next build', async () => {
  await inCache(async (cache) => {
    const toolchain = start(cache, standIn('helm'))
    await expect(toolchain.done()).rejects.toThrow('"helm" could not be built')
    await expect(toolchain.binary('helm')).rejects.toThrow('"helm" could not be built')
    expect(await readFile(await toolchain.binary('k6'), 'utf8')).toBe('program k6')
    expect((await readdir(join(cache, 'bin'))).filter((name) => name.startsWith('helm'))).toEqual([])
  })
})

test('a program that was not wanted at the start is built on first use', async () => {
  await inCache(async (cache) => {
    const builder = standIn()
    const toolchain = start(cache, builder)
    await toolchain.done()
    expect(builder.built).toEqual(['coredns', 'helm', 'k6'])
    expect(await readFile(await toolchain.binary('velero'), 'utf8')).toBe('program velero')
    expect(builder.built).toEqual(['coredns', 'helm', 'k6', 'velero'])
  })
})

test('two runs at the same time build each program only once', async () => {
  await inCache(async (cache) => {
    const [first, second] = [standIn(), standIn()]
    await Promise.all([start(cache, first).done(), start(cache, second).done()])
    expect([...first.built, ...second.built].sort()).toEqual(['coredns', 'helm', 'k6'])
  })
})

test('a stopped build releases the lock', async () => {
  await inCache(async (cache) => {
    let building: () => void = () => undefined
    const begun = new Promise<void>((resolve) => (building = resolve))
    const waiting: Builder = {
      ...standIn(),
      build: (_component, _output, { signal }) =>
        new Promise((_resolve, reject) => {
          building()
          signal.addEventListener('abort', () => {
            reject(new Error('interrupted'))
          })
        }),
    }
    const toolchain = start(cache, waiting)
    await begun
    await toolchain.stop()
    await expect(toolchain.binary('coredns')).rejects.toThrow('interrupted')
    await expect(toolchain.binary('k6')).rejects.toThrow('the build was stopped')
    await start(cache, standIn()).done()
  })
})

test('a process that waits for a lock reports the PID of the holder', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'build.lock')
    const release = await takeLock(path, { onWait: () => undefined, signal: none })
    const waited: string[] = []
    const second = takeLock(path, { onWait: (pid) => waited.push(pid), signal: none })
    await expect.poll(() => waited).toEqual([String(process.pid)])
    await release()
    await (
      await second
    )()
  })
})

test('a lock can be taken after its holder was killed', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'build.lock')
    const module = join(process.cwd(), 'lib/system/lock.ts')
    const program = join(folder, 'holder.mts')
    await writeFile(
      program,
      `import { takeLock } from ${JSON.stringify(module)}
      await takeLock(${JSON.stringify(path)}, { onWait: () => {}, signal: new AbortController().signal })
      console.log('held')
      setTimeout(() => {}, 60_000)`,
    )
    const holder = spawn(process.execPath, ['--import', 'tsx', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(holder.stdout, 'data')
    const waited: string[] = []
    const second = takeLock(path, { onWait: (pid) => waited.push(pid), signal: none })
    await expect.poll(() => waited).toEqual([String(holder.pid)])
    holder.kill('SIGKILL')
    await (
      await second
    )()
  })
})

test('the cache keeps the two newest files of each name', async () => {
  await inCache(async (folder) => {
    const add = async (name: string, key: string): Promise<void> => {
      const path = await makeCached({ folder, name, key: key.repeat(16), suffix: '' }, (output) =>
        writeFile(output, key),
      )
      await utimes(path, Number(key), Number(key))
    }
    await add('velero-plugin', '1')
    for (const key of ['1', '2', '3']) await add('velero', key)
    const left = await readdir(folder)
    expect(left.sort()).toEqual([
      `velero-${'2'.repeat(16)}`,
      `velero-${'3'.repeat(16)}`,
      `velero-plugin-${'1'.repeat(16)}`,
    ])
    expect(await readdir(dirname(recordFile(join(folder, 'any'))))).toHaveLength(3)
  })
})

test('the error of a failed build has the output of Go and the command to repeat the build', async () => {
  const go = await run('go', ['version']).catch(() => null)
  test.skip(go === null, 'go is not installed')
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'go.mod'), 'module broken\n\ngo 1.24\n')
    await writeFile(join(folder, 'main.go'), 'package main\n\nfunc main() { missing() }\n')
    const component: GoProgram = {
      ...programOf('kubernetes'),
      name: 'broken',
      folder,
      stamps: { 'main.version': 'v1' },
    }
    const output = join(folder, 'output')
    const failure = goBuild(component, output, { onProgress: () => undefined, signal: none })
    await expect(failure).rejects.toThrow(/"broken" could not be built: go ended with 1 .*undefined: missing/s)
    await expect(failure).rejects.toThrow(`cd ${folder} && GOFLAGS= GOWORK=off CGO_ENABLED=0 go build -mod=readonly`)
    expect(existsSync(output)).toBe(false)
  })
})
