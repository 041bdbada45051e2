import { z } from 'zod'
import { type Environment, readVariable } from '../../system/environment.ts'
import { messageOf } from '../../system/file-error.ts'

/** The variable that holds the user's application, as JSON. */
const APPLICATION_VARIABLE = 'MESHDRILL_APPLICATION'

const text = z.string().min(1)

/** A command in a container of the application. Its output must be the same before the backup and after the restore. */
const check = z.strictObject({
  name: text.optional().describe('In the results. Default: the command.'),
  command: z.array(text).min(1).describe('Program and arguments, such as `["sh", "-c", "pg_dump shop | sha256sum"]`.'),
  container: text.optional().describe('Default: the first container that mounts a claim.'),
  timeoutSeconds: z.int().positive().default(60),
})

const probe = z.strictObject({
  path: z.string().startsWith('/').default('/'),
  status: z.int().min(200).max(299).default(200),
  body: text.optional().describe('A regular expression that the body must match.'),
})

/** A user's description of their application. */
export const applicationSchema = z.strictObject({
  manifests: z.array(text).min(1).describe('YAML files, or folders of them, below the current folder.'),
  service: text.describe('Name of the Service to probe.'),
  port: z.int().min(1).max(65_535).optional().describe('Port of the Service. Default: its first.'),
  probe: probe.prefault({}),
  checks: z.array(check).min(1, 'name at least one command that shows by its output that the data are intact'),
  images: z
    .record(text, text)
    .default({})
    .describe('Images of the manifests that meshdrill provides, such as `{ "nginx:1.28": "library/nginx" }`.'),
  readyMinutes: z.number().positive().max(60).default(5).describe('How long the pods may take to become ready.'),
})

export type Application = z.output<typeof applicationSchema>

/** Null if no application is configured, because lists of images and docs need none. Throws if it is invalid. */
export function findApplication(environment: Environment = process.env): Application | null {
  const json = readVariable(environment, APPLICATION_VARIABLE)
  return json === null ? null : parseApplication(json)
}

/** Throws if no application is configured, or if it is invalid. */
export function readApplication(environment: Environment = process.env): Application {
  const found = findApplication(environment)
  if (found === null)
    throw new Error(
      `no application is configured. Next: set application in meshdrill.config.ts, or ${APPLICATION_VARIABLE}`,
    )
  return found
}

/** Throws if the text is not JSON, or if a field is invalid. The error names the field. */
export function parseApplication(json: string): Application {
  const { success, data, error } = applicationSchema.safeParse(parseJson(json))
  if (success) return data
  const problems = error.issues.map(({ path, message }) =>
    [path.join('.'), message].filter((part) => part !== '').join(': '),
  )
  throw new Error(problems.join('; '))
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    throw new Error(`the text is not JSON: ${messageOf(error)}`, { cause: error })
  }
}
