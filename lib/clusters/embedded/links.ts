import { createHash } from 'node:crypto'
import { run } from '../../system/run.ts'

/** A network link of this machine. */
export interface NetworkLink {
  name: string
  /** Link group, a number that whoever creates a link may choose; null for a group that the machine gave a name. */
  group: number | null
}

/**
 * Link group of a lab, from its UUID. The kernel sets it in the same call that creates a link, so that no link of a lab is
 * ever without it, and no link of anybody else has it. Positive, below 2³¹, and above what people number their groups with.
 */
export const groupOf = (labId: string): number =>
  (createHash('sha256').update(labId).digest().readUInt32BE(0) >>> 2) + 0x4000_0000 - 1

/** What `ip -json link show` prints. */
export function parseLinks(text: string): NetworkLink[] {
  // In a new network namespace without links, ip prints nothing.
  const links = (text.trim() === '' ? [] : JSON.parse(text)) as { ifname?: string; group?: string }[]
  return links.flatMap(({ ifname, group }) =>
    ifname === undefined ? [] : [{ name: ifname, group: /^\d+$/.test(group ?? '') ? Number(group) : null }],
  )
}

export const readLinks = async (): Promise<NetworkLink[]> => parseLinks(await run('ip', ['-json', 'link', 'show']))

/** Deletes the links of a lab, and none that only has the name of one. */
export async function deleteLinks(labId: string): Promise<void> {
  const ofLab = async () => (await readLinks()).filter(({ group }) => group === groupOf(labId))
  for (const { name } of await ofLab()) {
    try {
      await run('ip', ['link', 'del', 'dev', name])
    } catch (error) {
      // The kernel may have been faster.
      if ((await ofLab()).some((link) => link.name === name)) throw error
    }
  }
}
