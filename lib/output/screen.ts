import { redact } from './secrets.ts'
import { printable } from './shorten.ts'

/** Colours of the terminal's own palette. They are never the only sign. */
const COLOURS = { green: 32, yellow: 33, red: 31, grey: 90, bold: 1 } as const
export type Colour = keyof typeof COLOURS

/** A piece of a line in one colour. */
export interface Span {
  text: string
  colour?: Colour
}

export type Line = readonly Span[]

/** The terminal, or what a test writes to. */
export interface Terminal {
  write(text: string): void
  /** Width in characters. */
  columns(): number
  hasColour: boolean
}

/** A few lines at the end of the terminal that are drawn again and again. What is printed stays above them. */
export interface Screen {
  /** Replaces the lines. */
  draw(lines: readonly Line[]): void
  /** Prints lines that stay. They are text without secrets and without control characters already. */
  print(text: string): void
  /** Removes the lines. */
  close(): void
}

const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
const CLEAR_BELOW = '\u001b[J'
/** A line that is too wide, as of characters that take two columns, is cut by the terminal and takes no second row. */
const WRAP_OFF = '\u001b[?7l'
const WRAP_ON = '\u001b[?7h'

export function openScreen(terminal: Terminal): Screen {
  let drawn: readonly Line[] = []
  let shown = ''
  const up = (count: number): string => (count === 0 ? '\r' : `\r\u001b[${count}A`)

  /** The cursor is left at the start of the line below the last one. */
  const render = (lines: readonly Line[]): string =>
    `${WRAP_OFF}${lines.map((line) => `${renderLine(line, terminal.columns() - 1, terminal.hasColour)}\n`).join('')}${WRAP_ON}`
  return {
    draw(lines) {
      const next = render(lines)
      if (next === shown) return
      terminal.write(`${drawn.length === 0 ? HIDE_CURSOR : up(drawn.length)}${CLEAR_BELOW}${next}`)
      drawn = lines
      shown = next
    },
    print(text) {
      shown = render(drawn)
      const above = drawn.length === 0 ? '' : `${up(drawn.length)}${CLEAR_BELOW}`
      terminal.write(`${above}${text}\n${shown}`)
    },
    close() {
      if (drawn.length > 0) terminal.write(`${up(drawn.length)}${CLEAR_BELOW}${SHOW_CURSOR}`)
      drawn = []
      shown = ''
    },
  }
}

/** A line of at most `width` characters, without secrets and control characters of its own. */
function renderLine(line: Line, width: number, hasColour: boolean): string {
  let left = width
  return line
    .map(({ text, colour }) => {
      const characters = Array.from(printable(redact(text)))
      const part =
        characters.length <= left ? characters.join('') : `${characters.slice(0, Math.max(0, left - 1)).join('')}…`
      const kept = left <= 0 ? '' : part
      left -= characters.length
      return colour === undefined || !hasColour ? kept : `\u001b[${COLOURS[colour]}m${kept}\u001b[0m`
    })
    .join('')
}

type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>

/**
 * The terminal behind standard output; null where lines cannot be drawn again: no terminal, a dumb one, or CI. `NO_COLOR`
 * is respected.
 */
export function findTerminal(
  stream: Stream = process.stdout,
  environment: NodeJS.ProcessEnv = process.env,
): Terminal | null {
  if (!stream.isTTY || environment.TERM === 'dumb' || (environment.CI ?? '') !== '') return null
  return {
    write: (text) => void stream.write(text),
    columns: () => stream.columns || 80,
    hasColour: (environment.NO_COLOR ?? '') === '',
  }
}
