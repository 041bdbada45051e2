import { protectSecret } from '../../output/secrets.ts'
import type { UserEntry } from './entries.ts'

/** Shorter variables are most often names of profiles and regions. */
const SHORTEST_VARIABLE = 20

/** Keeps what a kubeconfig says of its user out of whatever is printed or recorded. */
export function protectUser({ token, basic, certificate, plugin }: UserEntry): void {
  if (token !== null) protectSecret(token)
  if (basic !== null) protectSecret(basic.password)
  if (certificate !== null && 'data' in certificate.key) protectSecret(certificate.key.data.trim())
  // What a plugin is given, such as a client's secret.
  for (const { value } of plugin?.env ?? []) if (value.length >= SHORTEST_VARIABLE) protectSecret(value)
}
