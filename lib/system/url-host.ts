import { isIPv6 } from 'node:net'

/** A host name or an address as it stands in a URL: IPv6 addresses get brackets. */
export const urlHost = (host: string): string => (isIPv6(host) ? `[${host}]` : host)
