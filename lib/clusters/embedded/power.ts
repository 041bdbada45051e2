import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodePower, StorePower, VolumeWipe } from '../../lab/cluster.ts'
import { cgroupsOfLab, removeCgroup } from './cgroups.ts'
import { isRunning, killHost, startAgain, type RunningHost } from './host.ts'
import { STORE } from './nodes.ts'
import { labFolder } from './paths.ts'
import { noteHost, type LabState } from './state.ts'
import type { Toolchain } from './toolchain/build.ts'

/** Power of the nodes and of the store's host. What a host wrote stays, as the machine's kernel is not cut off with it. */
export function powerOf(state: LabState, toolchain: Toolchain): NodePower & VolumeWipe & StorePower {
  const start = async (kind: 'nodes' | 'hosts', name: string): Promise<void> => {
    const list = state[kind]
    const host = find(list, name)
    if (await isRunning(host)) return
    // A machine that was switched off knows no cgroup of what ran on it. One that did would have its kubelet ask for each
    // container of then, three seconds a container, before it looks at a pod.
    for (const root of await cgroupsOfLab(state.identity.id)) await removeCgroup(join(root, name))
    const started = await startAgain(await toolchain.binary('node-init'), join(labFolder(), name), host.address)
    list[list.indexOf(host)] = started
    noteHost(kind, started)
  }
  return {
    stopNode: (name) => killHost(find(state.nodes, name)),
    startNode: (name) => start('nodes', name),
    async wipeVolumes(name) {
      if (await isRunning(find(state.nodes, name))) throw new Error(`node "${name}" runs: its disks are in use`)
      const volumes = join(labFolder(), name, 'volumes')
      await rm(volumes, { recursive: true, force: true })
      await mkdir(volumes)
    },
    stopStore: () => killHost(find(state.hosts, STORE)),
    startStore: () => start('hosts', STORE),
  }
}

function find(list: RunningHost[], name: string): RunningHost {
  const host = list.find((one) => one.name === name)
  if (host) return host
  throw new Error(`no host "${name}" in the lab; there are ${list.map((one) => one.name).join(', ')}`)
}
