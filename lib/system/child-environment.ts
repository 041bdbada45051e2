import type { Environment } from './environment.ts'

/** Variables that a child process may inherit. */
const INHERITED = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR']

/**
 * Environment of a child process: built, not inherited, so that no `KUBECONFIG`, `HELM_*`, `MESHDRILL_*` or proxy of the
 * user's shell decides where it writes. `home` is a folder for the child alone.
 */
export function childEnvironment(
  home: string,
  extra: Record<string, string> = {},
  inherited: Environment = process.env,
): Record<string, string> {
  const kept = INHERITED.flatMap((name) => {
    const value = inherited[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(kept), HOME: home, ...extra }
}
