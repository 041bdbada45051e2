import { type Code, type CodeOf, CODES, type Question } from './codes.ts'

/** An answer with its reason. */
export interface Answer<Name extends Question = Question> {
  code: CodeOf<Name>
  /** For people: why it did not pass, or the finding. No code reads it. */
  reason: string
}

/** One question that a drill must answer, and how it was answered. */
export interface Part {
  question: Question
  verdict: 'pass' | 'fail' | 'inconclusive'
  code: Code
  /** For people: why it did not pass, or the finding. No code reads it. */
  reason: string
}

/** An answer to a question. Its code gives the question and the verdict. */
export const answer = <C extends Code>(code: C, reason: string): { code: C; reason: string } => ({ code, reason })

/** Turns an answer into a part of the verdict. */
export function toPart({ code, reason }: Answer): Part {
  return { question: questionOf(code), verdict: CODES[code].verdict, code, reason }
}

const questionOf = (code: Code): Question => code.slice(0, code.indexOf('.')) as Question

/** The worst verdict of all parts. A drill without parts is inconclusive. */
export function takeWorst(parts: Part[]): Part['verdict'] {
  if (parts.some((part) => part.verdict === 'fail')) return 'fail'
  return parts.length > 0 && parts.every((part) => part.verdict === 'pass') ? 'pass' : 'inconclusive'
}
