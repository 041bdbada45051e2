/** A merge patch (RFC 7386), which server-side apply is taken for, or a list of JSON patch operations. */
export function patch(target: unknown, change: unknown): unknown {
  if (Array.isArray(change)) return (change as JsonPatch[]).reduce(patchAt, structuredClone(target))
  if (typeof change !== 'object' || change === null) return change
  const merged: Record<string, unknown> = typeof target === 'object' && target !== null ? { ...target } : {}
  for (const [key, value] of Object.entries(change)) {
    if (value === null) Reflect.deleteProperty(merged, key)
    else merged[key] = Array.isArray(value) ? value : patch(merged[key], value)
  }
  return merged
}

interface JsonPatch {
  op: 'add' | 'replace' | 'remove' | 'test'
  path: string
  value?: unknown
}

function patchAt(document: unknown, { op, path, value }: JsonPatch): unknown {
  const keys = path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = keys.pop() ?? ''
  let parent = document as Record<string, unknown>
  for (const key of keys) parent = parent[key] as Record<string, unknown>
  if (op === 'remove' && Array.isArray(parent)) parent.splice(Number(last), 1)
  else if (op === 'remove') Reflect.deleteProperty(parent, last)
  else if (op === 'add' && Array.isArray(parent)) parent.splice(last === '-' ? parent.length : Number(last), 0, value)
  else if (op !== 'test') parent[last] = value
  return document
}
