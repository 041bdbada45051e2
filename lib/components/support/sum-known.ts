/** The sum of values; null if one of them is not known. */
export const sumKnown = (values: (number | null)[]): number | null =>
  values.reduce((total, value) => (total === null || value === null ? null : total + value), 0)
