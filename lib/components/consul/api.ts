import { execute } from '../../kube/exec.ts'
import type { Lab } from '../../lab/lab.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { NAMESPACE, SERVER } from './traits.ts'

/** An entry of Consul's configuration. Its index changes with each write. */
export interface Entry {
  Kind: string
  Name: string
  ModifyIndex?: number
}

type Action = 'allow' | 'deny'

/** Who may call a service. The source has an action for each call, or permissions: the first one that fits a call decides. */
export interface Source {
  Name: string
  Action?: Action
  Permissions?: Permission[]
}

// A type, because an interface is not assignable to JSON.
export type Permission = {
  Action: Action
  HTTP: { PathPrefix: string } | { Header: { Name: string; Present: true }[] }
}

export interface Intention extends Entry {
  Kind: 'service-intentions'
  Sources: Source[]
}

/** The routes of an ingress gateway. Consul keeps them as one entry. */
export interface GatewayEntry extends Entry {
  Kind: 'ingress-gateway'
  Listeners: { Port: number; Protocol: 'http'; Services: { Name: string; Hosts: string[] }[] }[]
}

/** Consul's HTTP API, asked inside its server's pod: it needs no port of the cluster. Errors: the API's answer is no success. */
const ask = (lab: Lab, method: string, path: string, ...body: string[]): Promise<string> =>
  execute(lab.kube, { namespace: NAMESPACE, pod: `${SERVER}-0`, container: 'consul' }, [
    ...['consul-pod', 'api', method, path],
    ...body,
  ])

export async function listEntries<One extends Entry>(lab: Lab, kind: One['Kind']): Promise<One[]> {
  return JSON.parse(await ask(lab, 'GET', `/v1/config/${kind}`)) as One[]
}

export async function writeEntry(lab: Lab, entry: Entry): Promise<void> {
  await ask(lab, 'PUT', '/v1/config', JSON.stringify(entry))
}

export async function deleteEntry(lab: Lab, { Kind, Name }: Entry): Promise<void> {
  await ask(lab, 'DELETE', `/v1/config/${Kind}/${Name}`)
}

/** Changes an entry that others may change at the same time. `change` gets the entry as it stands, or undefined. */
export async function changeEntry<One extends Entry>(
  lab: Lab,
  { Kind, Name }: Pick<One, 'Kind' | 'Name'>,
  change: (found: One | undefined) => One,
): Promise<void> {
  await waitFor(
    `Consul's entry "${Kind}/${Name}" written`,
    async () => {
      const found = (await listEntries<One>(lab, Kind)).find((one) => one.Name === Name)
      const path = `/v1/config?cas=${found?.ModifyIndex ?? 0}`
      const written = (await ask(lab, 'PUT', path, JSON.stringify(change(found)))).trim() === 'true'
      return written ? true : pending('changed by another process meanwhile')
    },
    { timeout: '30s', hint: `kubectl -n ${NAMESPACE} logs ${SERVER}-0` },
  )
}
