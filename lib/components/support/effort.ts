import { countYaml } from './manifests.ts'

/*
 * What a strategy asks of its user is described for a service with one volume. Texts are counted in the objects that the
 * driver applies. Steps are what the driver does in order, one sentence for each action of a user.
 */

/** The service whose backup is described. */
export const SERVICE = { namespace: 'ledger', uid: '00000000', claim: 'data', backup: 'backup' }

/** Steps that several tools share. */
export const STEPS = {
  keepObjects: 'Keep the manifests of the namespace outside the cluster.',
  clear: 'Delete what is left of the namespace.',
  startWorkloads: 'Apply the workloads.',
}

/** A text that the user writes, with its lines as YAML. */
export const textOf = (what: string, ...objects: object[]) => ({ what, lines: countYaml(objects) })
