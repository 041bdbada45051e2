import type { ObjectReference } from './object.ts'

/** The lab needs the name of an object that does not belong to it. The object was not changed. */
export class ForeignObject extends Error {
  constructor({ kind, metadata }: ObjectReference) {
    const { name, namespace } = metadata
    const where = namespace === undefined ? '' : ` in namespace "${namespace}"`
    const command = namespace === undefined ? 'kubectl' : `kubectl -n ${namespace}`
    super(
      `${kind} "${name}"${where} already exists and does not belong to this lab. It was not changed. Next: rename or remove it: ${command} get ${kind} ${name} --show-labels`,
    )
  }
}
