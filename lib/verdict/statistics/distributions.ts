/** The probability that a standard normal variable is above `z`; a relative error below 1e-10, also far out. */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z)
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  // Near the middle the series of the distribution function, further out Laplace's continued fraction of the tail.
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
 * The value that Student's t with `degrees` degrees of freedom stays below with the given probability, from 0.5 to below 1.
 * By halving, as the distribution function has a finite series for whole degrees of freedom.
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
