import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodePower, StorePower, VolumeWipe } from '../../lab/cluster.ts'
import { cgroupsOfLab, removeCgroup } from './cgroups.ts'
import { isRunning, killHost, startAgain, type RunningHost } from './host.ts'
import { STORE } from './nodes.ts'
import { labFolder } from './paths.ts'
import { noteHost, type LabState } from './state.ts'
import type { Toolchain } from './toolchain/build.ts'

/** Power of the nodes and of the store's host. All data that a host wrote survives, because the machine's kernel goes on. */
export function powerOf(state: LabState, toolchain: Toolchain): NodePower & VolumeWipe & StorePower {
  const start = async (kind: 'nodes' | 'hosts', name: string): Promise<void> => {
    const list = state[kind]
    const host = findHost(list, name)
    if (await isRunning(host)) return
    // A real node has no cgroups after a power cut. With them, the kubelet would spend three seconds on each old container before
    // it starts pods.
    for (const root of await cgroupsOfLab(state.identity.id)) await removeCgroup(join(root, name))
    const started = await startAgain(await toolchain.binary('node-init'), join(labFolder(), name), host.address)
    list[list.indexOf(host)] = started
    noteHost(kind, started)
  }
  return {
    stopNode: (name) => killHost(findHost(state.nodes, name)),
    startNode: (name) => start('nodes', name),
    async wipeVolumes(name) {
      if (await isRunning(findHost(state.nodes, name)))
        throw new Error(`the volumes of node "${name}" cannot be wiped: the node is running and uses its disks`)
      const volumes = join(labFolder(), name, 'volumes')
      await rm(volumes, { recursive: true, force: true })
      await mkdir(volumes)
    },
    stopStore: () => killHost(findHost(state.hosts, STORE)),
    startStore: () => start('hosts', STORE),
  }
}

function findHost(list: RunningHost[], name: string): RunningHost {
  const host = list.find((one) => one.name === name)
  if (host) return host
  throw new Error(`no host "${name}" in the lab; its hosts: ${list.map((one) => one.name).join(', ')}`)
}
