/** Merges records whose keys are names. Errors: two of them have the same name. */
export function mergeNamed<T>(
  what: string,
  records: readonly (Readonly<Record<string, T>> | undefined)[],
): Record<string, T> {
  const merged: Record<string, T> = {}
  for (const [name, value] of records.flatMap((record) => Object.entries(record ?? {}))) {
    if (name in merged)
      throw new Error(`the name "${name}" of ${what} is there twice. Next: rename one of them in its component.ts`)
    merged[name] = value
  }
  return merged
}
