import type { ObjectReference } from './object.ts'

/** The lab wants to make an object whose name an object of somebody else has. That object was not changed. */
export class ForeignObject extends Error {
  constructor({ kind, metadata }: ObjectReference) {
    const { name, namespace } = metadata
    const where = namespace === undefined ? '' : ` of namespace "${namespace}"`
    const command = namespace === undefined ? 'kubectl' : `kubectl -n ${namespace}`
    super(
      `${kind} "${name}"${where} is there and does not belong to this lab. It was left as it is. Next: rename or remove it: ${command} get ${kind} ${name} --show-labels`,
    )
  }
}
