import type { Attributes, TreeFile } from './tree.ts'

const words: Record<Exclude<keyof Attributes, 'xattrs' | 'unseen'>, string> = {
  type: 'its type',
  uid: 'its owner',
  gid: 'its group',
  mtimeNs: 'its time of writing, in nanoseconds,',
  target: 'its target',
  device: 'the number of its device',
  link: 'the file that it is a name of',
}

/** What differs beside the content and the permissions, a sentence each. Of a listing without attributes nothing is said. */
export function compareAttributes({ attributes: is }: TreeFile, { attributes: was }: TreeFile): string[] {
  if (is === undefined || was === undefined) return []
  const names = Object.keys(words) as (keyof typeof words)[]
  const changes = names.flatMap((name) =>
    is[name] === was[name] ? [] : [`${words[name]} is ${show(is[name])}, was ${show(was[name])}`],
  )
  // What was not looked at, then or now, is neither the same nor another.
  if (is.unseen !== '' || was.unseen !== '')
    return [...changes, ...(was.unseen === '' ? [`its extended attributes were not looked at: ${is.unseen}`] : [])]
  const keys = [...new Set([...Object.keys(was.xattrs), ...Object.keys(is.xattrs)])].sort()
  return [
    ...changes,
    ...keys.flatMap((key) =>
      is.xattrs[key] === was.xattrs[key]
        ? []
        : [`its attribute "${key}" is ${showValue(is.xattrs[key])}, was ${showValue(was.xattrs[key])}`],
    ),
  ]
}

const show = (value: string | number | undefined): string =>
  value === undefined || value === '' ? 'none' : JSON.stringify(value)

/** An attribute may be there and empty. */
const showValue = (value: string | undefined): string => (value === '' ? 'empty' : show(value))

/** Files that were sparse and take all their room now, or more of it: a finding about space, and none about integrity. */
export function findFilled(found: Iterable<TreeFile>, expected: ReadonlyMap<string, TreeFile>): string[] {
  return [...found].flatMap(({ path, size, allocated }) => {
    const was = expected.get(path)
    if (was?.allocated === undefined || was.allocated >= was.size || allocated === undefined) return []
    if (size !== was.size || allocated <= was.allocated) return []
    return [`"${path}" takes ${allocated} bytes on the disk, was sparse and took ${was.allocated}`]
  })
}
