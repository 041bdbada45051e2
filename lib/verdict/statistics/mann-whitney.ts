interface MannWhitney {
  /** Number of pairs in which the value of the first sample is the greater one. A tie counts half. */
  u: number
  /** Two-sided. */
  p: number
  method: 'exact' | 'normal'
}

/** Maximum number of values in each sample for the exact distribution. */
const exactLimit = 50

/**
 * The two-sided Mann-Whitney test (1947): can both samples come from one distribution? Only the order of values counts.
 * So an outlier weighs as much as any other value, and `Infinity` is a valid value.
 *
 * Exact for samples of up to 50 values without ties. Otherwise the normal approximation, corrected for ties and
 * continuity. If all values are equal, or a sample is empty, p is 1.
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): MannWhitney {
  const pairs = a.length * b.length
  const u = a.reduce((sum, valueA) => sum + b.reduce((below, valueB) => below + isAbove(valueA, valueB), 0), 0)
  const ties = countTies([...a, ...b])
  if (ties.length === 0 && Math.max(a.length, b.length) <= exactLimit) {
    const below = distributeU(a.length, b.length).slice(0, Math.min(u, pairs - u) + 1)
    return { u, p: Math.min(1, 2 * below.reduce((sum, probability) => sum + probability, 0)), method: 'exact' }
  }
  const all = a.length + b.length
  const tied = ties.reduce((sum, count) => sum + count ** 3 - count, 0)
  const variance = (pairs / 12) * (all + 1 - tied / (all * (all - 1)))
  const distance = Math.abs(u - pairs / 2) - 0.5
  return { u, p: distance > 0 ? 2 * normalTail(distance / Math.sqrt(variance)) : 1, method: 'normal' }
}

/** The lowest possible p of samples of these sizes. */
export function leastP(countA: number, countB: number): number {
  let orders = 1
  for (let chosen = 1; chosen <= countA; chosen++) orders *= (countB + chosen) / chosen
  return Math.min(1, 2 / orders)
}

function isAbove(a: number, b: number): number {
  return Number(a > b) + Number(a === b) / 2
}

/** Sizes of the groups of equal values. */
function countTies(values: number[]): number[] {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.values()].filter((count) => count > 1)
}

/**
 * The probability of each U from 0 to countA × countB if all orders are equally likely. The greatest value belongs to
 * the first sample with probability a / (a + b), and is then above all b values of the second. So the distribution of
 * (a, b) follows from those of (a - 1, b) and (a, b - 1). All terms are positive, so nothing cancels.
 */
function distributeU(countA: number, countB: number): Float64Array {
  let row = Array.from({ length: countB + 1 }, () => Float64Array.of(1))
  for (let a = 1; a <= countA; a++) {
    const next = [Float64Array.of(1)]
    for (let b = 1; b <= countB; b++) {
      const [fewerA, fewerB] = [row[b], next[b - 1]]
      const distribution = new Float64Array(a * b + 1)
      for (let u = 0; u <= a * b; u++) distribution[u] = (a * (fewerA?.[u - b] ?? 0) + b * (fewerB?.[u] ?? 0)) / (a + b)
      next.push(distribution)
    }
    row = next
  }
  return row[countB] ?? Float64Array.of(1)
}

/**
 * The probability that a standard normal variable is above `z`. The relative error is below 1e-10, also for large `z`.
 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z)
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  // Below 3: the series of the distribution function. From 3 on: Laplace's continued fraction of the tail.
  if (z < 3) {
    let [sum, term] = [z, z]
    for (let odd = 3; term > sum * 1e-17; odd += 2) {
      term *= (z * z) / odd
      sum += term
    }
    return 0.5 - density * sum
  }
  let fraction = z
  for (let depth = 200; depth > 0; depth--) fraction = z + depth / fraction
  return density / fraction
}

/**
 * The value that Student's t with `degrees` degrees of freedom does not exceed with the given probability, from 0.5 to
 * below 1. Found by bisection: the distribution function has a finite series for whole degrees of freedom.
 */
export function studentQuantile(probability: number, degrees: number): number {
  if (!(probability >= 0.5 && probability < 1) || !Number.isInteger(degrees) || degrees < 1)
    throw new Error(`no quantile of Student's t for probability ${probability} and ${degrees} degrees of freedom`)
  let [low, high] = [0, 1]
  while (studentBelow(high, degrees) < probability) high *= 2
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (studentBelow(middle, degrees) < probability) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Abramowitz and Stegun, 26.7.3 and 26.7.4. */
function studentBelow(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees))
  const cosine = Math.cos(angle) ** 2
  const isOdd = degrees % 2 === 1
  let [sum, term] = [0, isOdd ? Math.cos(angle) : 1]
  for (let power = isOdd ? 2 : 1; power < degrees; power += 2) {
    sum += term
    term *= (cosine * power) / (power + 1)
  }
  const between = isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum
  return 0.5 + between / 2
}
