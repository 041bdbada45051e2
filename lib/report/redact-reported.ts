import { redactDeep, redactError } from '../output/redaction.ts'

/** The fields of Playwright's reports of a test or a step that can hold text from outside. */
interface Reported {
  error?: object | undefined
  errors?: object[]
  annotations?: { description?: string }[]
  stdout?: (string | Buffer)[]
  stderr?: (string | Buffer)[]
}

/** Removes secrets in place. Playwright gives the same objects to later reporters, which write them to files. */
export function redactReported(reported: Reported): void {
  redactError(reported.error)
  reported.errors?.forEach((error) => redactError(error))
  for (const annotation of reported.annotations ?? []) Object.assign(annotation, redactDeep({ ...annotation }))
  for (const chunks of [reported.stdout, reported.stderr])
    chunks?.forEach((chunk, index) => (chunks[index] = redactDeep(chunk.toString())))
}
