import { deviceName } from './network.ts'

/** Nodes of the cluster; the first is the control plane. */
export const NODES = ['meshdrill-1', 'meshdrill-2', 'meshdrill-3']

/** The host of the S3 store, beside the cluster. */
export const STORE = 'store'

/** Network devices of the hosts on the machine. */
export const HOST_DEVICES = [...NODES, STORE].map(deviceName)
