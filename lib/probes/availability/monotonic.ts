/**
 * Milliseconds since the epoch by a clock that nobody can set: this process reads the wall's once, and the monotonic one from
 * then on.
 */
export const now = (): number => performance.timeOrigin + performance.now()
