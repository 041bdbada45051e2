import { redactDeep, redactError } from '../output/redaction.ts'

/** What Playwright reports of a test or of a step of it, as far as it can hold text from elsewhere. */
interface Reported {
  error?: object | undefined
  errors?: object[]
  annotations?: { description?: string }[]
  stdout?: (string | Buffer)[]
  stderr?: (string | Buffer)[]
}

/** Removes secrets in place: every reporter of a run is given the same objects, ours first, and later ones write them to files. */
export function redactReported(reported: Reported): void {
  redactError(reported.error)
  reported.errors?.forEach((error) => redactError(error))
  for (const annotation of reported.annotations ?? []) Object.assign(annotation, redactDeep({ ...annotation }))
  for (const chunks of [reported.stdout, reported.stderr])
    chunks?.forEach((chunk, index) => (chunks[index] = redactDeep(chunk.toString())))
}
