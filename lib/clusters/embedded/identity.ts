import { randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { whoAmI, type Person } from '../../system/person.ts'
import { labFolder } from './paths.ts'

/**
 * Which lab this machine has, and who created it. Written before anything of the lab exists and never again, so that it can be
 * read even where the state is damaged: links and cgroups of the lab are recognised by its id.
 */
export interface LabIdentity extends Person {
  /** Random UUID. */
  id: string
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const identityFile = (lab: string): string => join(lab, 'identity.json')

/** Gives a new lab its identity. Errors: there is one already. */
export async function createIdentity(lab = labFolder()): Promise<LabIdentity> {
  const identity = { id: randomUUID(), ...whoAmI() }
  await mkdir(lab, { recursive: true, mode: 0o700 })
  await writeFile(identityFile(lab), JSON.stringify(identity), { mode: 0o600, flag: 'wx' })
  return identity
}

/** Null where there is no lab, or nothing that says which. */
export async function readIdentity(lab = labFolder()): Promise<LabIdentity | null> {
  const text = await readFile(identityFile(lab), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    const identity = JSON.parse(text) as Partial<LabIdentity> | null
    const { id = '', user = '', checkout = '' } = identity ?? {}
    return UUID.test(id) ? { id, user, checkout } : null
  } catch {
    // A damaged file says nothing.
    return null
  }
}
