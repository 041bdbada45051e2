import { countYaml } from './manifests.ts'

/*
 * The effort of a strategy is described for a service with one volume. The configuration is counted in the objects that the
 * driver applies. Steps follow the order of the driver, one sentence for each action of a user.
 */

/** The example service for the description of a strategy's effort. */
export const SERVICE = { namespace: 'ledger', uid: '00000000', claim: 'data', backup: 'backup' }

/** Steps that several tools share. */
export const STEPS = {
  keepObjects: 'Keep the manifests of the namespace outside the cluster.',
  clear: 'Delete the rest of the namespace.',
  startWorkloads: 'Apply the workloads.',
}

/** An item of configuration that the user writes, with its number of lines as YAML. */
export const textOf = (what: string, ...objects: object[]) => ({ what, lines: countYaml(objects) })
