import { expect, test } from '@playwright/test'
import { execFile, spawn } from 'node:child_process'
import { chmod, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withoutServices } from '../../../lib/clusters/embedded/toolchain/debian.ts'
import { bornAt } from '../../../lib/system/process.ts'
import { inFolder } from '../in-folder.ts'

const run = promisify(execFile)

/** Runs a command line as root, in a user namespace if this user is not root; null if the machine does not allow that. */
async function asRoot(argv: string[]): Promise<string[] | null> {
  const whole = process.getuid?.() === 0 ? argv : ['unshare', '--user', '--map-root-user', ...argv]
  const [program = '', ...args] = withoutServices('true', [])
  const prefix = whole.slice(0, whole.length - argv.length)
  const [first = '', ...rest] = [...prefix, program, ...args]
  return run(first, rest).then(
    () => whole,
    () => null,
  )
}

/** Runs a command with a stand-in for `invoke-rc.d` that records its calls in a file. */
async function withStarter(
  command: (starter: string) => string,
  use: (argv: string[], starter: string, folder: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const starter = join(folder, 'invoke-rc.d')
    await writeFile(starter, `#!/bin/sh\necho started >> '${join(folder, 'started')}'\n`)
    await chmod(starter, 0o755)
    const argv = await asRoot(withoutServices(command(starter), [starter, join(folder, 'not-there')]))
    test.skip(argv === null, 'this user may not create a mount namespace on this machine')
    if (argv !== null) await use(argv, starter, folder)
  })
}

test('the installation of packages starts no service, and services can be started again afterwards', async () => {
  await withStarter(
    (starter) => `'${starter}' containerd start && echo installed`,
    async ([program = '', ...args], starter, folder) => {
      expect((await run(program, args)).stdout).toBe('installed\n')
      expect(await readdir(folder)).toEqual(['invoke-rc.d'])
      await run(starter, ['containerd', 'start'])
      expect(await readFile(join(folder, 'started'), 'utf8')).toBe('started\n')
    },
  )
})

test('a killed installation of packages leaves no file and no mount behind', async () => {
  await withStarter(
    () => `echo installing; sleep 60`,
    async ([program = '', ...args], starter, folder) => {
      const before = await readFile(starter, 'utf8')
      const mounts = await readFile('/proc/self/mountinfo', 'utf8')
      // A separate process group, so that all its processes are killed at once.
      const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
      await new Promise((resolve) => child.stdout.once('data', resolve))
      process.kill(-(child.pid ?? 0), 'SIGKILL')
      await expect.poll(() => bornAt(child.pid ?? 0)).toBeNull()
      expect(await readFile(starter, 'utf8')).toBe(before)
      expect(await readFile('/proc/self/mountinfo', 'utf8')).toBe(mounts)
      expect(await readdir(folder)).toEqual(['invoke-rc.d'])
    },
  )
})

test('a failed installation of packages is an error, and its files are readable for all despite a umask of 077', async () => {
  await withStarter(
    () => 'umask; exit 3',
    async ([program = '', ...args]) => {
      const failed = run('sh', ['-c', 'umask 077; exec "$@"', 'sh', program, ...args])
      await expect(failed).rejects.toMatchObject({ code: 3, stdout: '0022\n' })
    },
  )
})

test("the installation of packages neither writes nor reads the machine's policy-rc.d", () => {
  const [command] = [withoutServices('apt-get install -y runc').join(' ')]
  expect(command).not.toContain('policy-rc.d')
  expect(command).toContain('/usr/sbin/invoke-rc.d /usr/bin/deb-systemd-invoke')
})
