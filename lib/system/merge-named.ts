/** Merges records by name. `what` names their kind, for the error. Errors: two records have the same name. */
export function mergeNamed<T>(
  what: string,
  records: readonly (Readonly<Record<string, T>> | undefined)[],
): Record<string, T> {
  const merged: Record<string, T> = {}
  for (const [name, value] of records.flatMap((record) => Object.entries(record ?? {}))) {
    if (name in merged)
      throw new Error(
        `the name "${name}" is used twice among the ${what}. Next: rename one of them in its component.ts`,
      )
    merged[name] = value
  }
  return merged
}
