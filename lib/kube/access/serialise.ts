import type { Credentials } from './credentials.ts'
import type { Material, UserEntry } from './entries.ts'
import type { KubeAccess } from './kubeconfig.ts'

/**
 * A self-contained kubeconfig with one context: the authority and the proxy are included, and paths are absolute. Token files and
 * plugins stay references, so rotated credentials stay valid.
 */
export const kubeconfigText = (access: KubeAccess): string => textWith(access, userFields(access.user))

/** The same with these credentials included, for a child process that must not run a plugin. */
export function staticKubeconfigText(access: KubeAccess, { token, certificate }: Credentials): string {
  const { basic } = access.user
  return textWith(access, {
    ...(token === null ? {} : { token }),
    ...basic,
    ...(certificate === null
      ? {}
      : { 'client-certificate-data': base64(certificate.cert), 'client-key-data': base64(certificate.key) }),
    ...impersonationFields(access.user),
  })
}

function textWith({ context, server, user: { name } }: KubeAccess, user: object): string {
  const { url, ca, insecure, tlsName, proxy, isUncompressed, pluginConfig } = server
  const cluster = {
    server: url,
    ...(ca === null ? {} : { 'certificate-authority-data': base64(ca) }),
    ...(insecure ? { 'insecure-skip-tls-verify': true } : {}),
    ...(tlsName === null ? {} : { 'tls-server-name': tlsName }),
    ...(proxy === null ? {} : { 'proxy-url': proxy }),
    ...(isUncompressed ? { 'disable-compression': true } : {}),
    ...(pluginConfig === null
      ? {}
      : { extensions: [{ name: 'client.authentication.k8s.io/exec', extension: pluginConfig }] }),
  }
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': context },
    clusters: [{ name: server.name, cluster }],
    users: [{ name, user }],
    contexts: [{ name: context, context: { cluster: server.name, user: name } }],
  }
  return JSON.stringify(config, null, 2)
}

function userFields(user: UserEntry): object {
  const { token, tokenFile, basic, certificate, plugin } = user
  return {
    ...(token === null ? {} : { token }),
    ...(tokenFile === null ? {} : { tokenFile }),
    ...basic,
    ...(certificate === null
      ? {}
      : { ...material('client-certificate', certificate.cert), ...material('client-key', certificate.key) }),
    ...(plugin === null
      ? {}
      : {
          exec: {
            ...{ apiVersion: plugin.apiVersion, command: plugin.command, args: plugin.args, env: plugin.env },
            ...{ provideClusterInfo: plugin.getsCluster, interactiveMode: plugin.interactiveMode },
            ...(plugin.installHint === null ? {} : { installHint: plugin.installHint }),
          },
        }),
    ...impersonationFields(user),
  }
}

function impersonationFields({ impersonation }: UserEntry): object {
  if (impersonation === null) return {}
  const { user, uid, groups, extra } = impersonation
  return { as: user, ...(uid === null ? {} : { 'as-uid': uid }), 'as-groups': groups, 'as-user-extra': extra }
}

const material = (field: string, from: Material): object =>
  'file' in from ? { [field]: from.file } : { [`${field}-data`]: base64(from.data) }

const base64 = (text: string): string => Buffer.from(text).toString('base64')
