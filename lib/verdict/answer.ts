import { type Code, type CodeOf, CODES, type Question } from './codes.ts'

/** An answer, and why it is so. */
export interface Answer<Name extends Question = Question> {
  code: CodeOf<Name>
  /** For people: why it did not pass, or what was found. No code reads it. */
  reason: string
}

/** One question that a drill must answer, and how it was answered. */
export interface Part {
  question: Question
  verdict: 'pass' | 'fail' | 'inconclusive'
  code: Code
  /** For people: why it did not pass, or what was found. No code reads it. */
  reason: string
}

/** An answer to a question. Its code gives the question and the verdict. */
export const answer = <C extends Code>(code: C, reason: string): { code: C; reason: string } => ({ code, reason })

/** The part of a verdict that an answer makes. */
export function toPart({ code, reason }: Answer): Part {
  return { question: questionOf(code), verdict: CODES[code].verdict, code, reason }
}

const questionOf = (code: Code): Question => code.slice(0, code.indexOf('.')) as Question

/** The worst of a drill's parts. No part at all proves nothing. */
export function takeWorst(parts: Part[]): Part['verdict'] {
  if (parts.some((part) => part.verdict === 'fail')) return 'fail'
  return parts.length > 0 && parts.every((part) => part.verdict === 'pass') ? 'pass' : 'inconclusive'
}
