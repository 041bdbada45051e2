/** How long a drill may take. What it changes undoes itself afterwards, or may be undone by anyone. */
export const DRILL_TIMEOUT_MS = 10 * 60_000
