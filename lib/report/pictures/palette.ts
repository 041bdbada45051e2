/**
 * Colours of the pictures. The page sets the variables, for light and dark; a picture on its own has the light ones. The hues are
 * those of Okabe and Ito, which people with colour blindness can tell apart; each also has a shape or a place of its own.
 */
export const palette = {
  ink: 'var(--ink, #1d2733)',
  quiet: 'var(--quiet, #5c6773)',
  line: 'var(--line, #dfe3e8)',
  paper: 'var(--paper, #ffffff)',
  accent: 'var(--accent, #1f5fa8)',
  right: 'var(--right, #1f5fa8)',
  wrong: 'var(--wrong, #b5480a)',
  fault: 'var(--fault, #b3261e)',
  backup: 'var(--backup, #8a6100)',
  restore: 'var(--restore, #00765a)',
  node: 'var(--node, #5c6773)',
} as const

export const fontFamily = 'system-ui, sans-serif'
export const text = { color: palette.ink, fontSize: 12, fontFamily }
export const quietText = { ...text, color: palette.quiet }
