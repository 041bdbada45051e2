import { busybox } from './busybox/component.ts'
import { chaosMesh } from './chaos-mesh/component.ts'
import type { Component } from './component.ts'
import { consul } from './consul/component.ts'
import { csiDriverHostPath } from './csi-driver-host-path/component.ts'
import { istio } from './istio/component.ts'
import { k6 } from './k6/component.ts'
import { k6Operator } from './k6-operator/component.ts'
import { k8up } from './k8up/component.ts'
import { kasten } from './kasten/component.ts'
import { kubestash } from './kubestash/component.ts'
import { linkerd } from './linkerd/component.ts'
import { node } from './node/component.ts'
import { none } from './none/component.ts'
import { restic } from './restic/component.ts'
import { snapshotController } from './snapshot-controller/component.ts'
import { snapshots } from './snapshots/component.ts'
import { velero } from './velero/component.ts'
import { versitygw } from './versitygw/component.ts'

/** Every component of a lab, one line each, in the order of building and installing. All other lists are derived from it. */
export const components = [
  snapshotController,
  csiDriverHostPath,
  versitygw,
  busybox,
  k6,
  node,
  istio,
  consul,
  linkerd,
  none,
  chaosMesh,
  velero,
  restic,
  snapshots,
  k8up,
  kubestash,
  kasten,
  k6Operator,
] as const satisfies readonly Component[]

type ListedComponent = (typeof components)[number]

/** Keys of components. Titles, such as "Chaos Mesh", are for people only. */
export type ComponentName = ListedComponent['name']

const byName = new Map<string, Component>(components.map((component) => [component.name, component]))

export function componentOf(name: ComponentName): Component {
  const found = byName.get(name)
  if (found === undefined)
    throw new Error(`component "${name}" is unknown. Components: ${[...byName.keys()].join(', ')}`)
  return found
}
