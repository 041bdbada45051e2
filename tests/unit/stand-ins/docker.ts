import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { quote } from './shell.ts'

/** A program in PATH that answers as it is told, by the beginning of its arguments, and notes what it was asked. */
export interface StandInProgram {
  /** PATH with it in front. */
  path: string
  /** Its arguments, a call each. */
  calls: () => string[]
}

/** An answer on standard output; one that begins with `!` is an error, on the other. The first that fits counts. */
export type Answers = [beginning: string, answer: string][]

export function standIn(folder: string, name: string, answers: Answers): StandInProgram {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  const calls = join(folder, `${name}.calls`)
  const cases = answers.map(([beginning, answer]) => {
    const says = answer.startsWith('!')
      ? `echo ${quote(answer.slice(1))} >&2; exit 1`
      : `printf '%s\\n' ${quote(answer)}; exit 0`
    return `case "$*" in ${quote(beginning)}*) ${says} ;; esac`
  })
  writeFileSync(join(bin, name), `#!/bin/sh\necho "$*" >> ${quote(calls)}\n${cases.join('\n')}\n`)
  chmodSync(join(bin, name), 0o755)
  return {
    path: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`,
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').split('\n').filter(Boolean) : []),
  }
}
