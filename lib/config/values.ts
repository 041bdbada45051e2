import { statSync } from 'node:fs'
import { isIP } from 'node:net'

/* Parsers of the values that users set. Their errors name the text and what it should be, and never a secret. */

/** Used in a tag and in file names. */
export const cellName = matching(/^[\w.-]{1,100}$/, 'a name of letters, digits, dots and dashes')

const LABEL = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`

/** The name of a Kubernetes object. */
export const objectName = matching(new RegExp(`^(?=.{1,253}$)${SUBDOMAIN}$`), 'the name of a Kubernetes object')

export const uid = matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UID, such as kube-system has')

/** Contexts may have any name that a terminal can show. */
export const contextName = matching(/^\P{Cc}+$/u, 'the name of a context')

export const region = matching(/^[A-Za-z0-9-]+$/, 'the name of a region, such as us-east-1')

export const companyName = matching(/^[^\p{Cc}]{1,200}$/u, 'the name of a company')

export const emailAddress = matching(/^[^\s@]+@[^\s@]+$/, 'an e-mail address, such as ann@example.org')

/** Key of a store; an error does not repeat it. */
export function storeKey(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text
  throw new Error('the key contains a blank or a character that is not ASCII')
}

/** Checks a bucket name by the rules of S3. */
export function bucketName(text: string): string {
  const isName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text) && !text.includes('..') && isIP(text) === 0
  if (isName) return text
  throw new Error(
    `"${text}" is not the name of a bucket: 3 to 63 lower-case letters, digits, dots and dashes, which begin and end with a letter or a digit`,
  )
}

/** URL of an S3 store, without a slash at its end. */
export function storeUrl(text: string): string {
  // This check comes first, because later errors quote the URL, and the text before the @ is a secret.
  if (text.includes('@'))
    throw new Error('the URL contains a user or a password. Next: set MESHDRILL_S3_ACCESS_KEY and _SECRET_KEY instead')
  if (/[?#]/.test(text)) throw new Error('the URL contains a query or a fragment, which a store has not')
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]
  if (scheme === undefined)
    throw new Error(`"${text}" is not a URL: http:// or https:// is missing, as in https://${hostIn(text)}`)
  if (!/^https?$/i.test(scheme)) throw new Error(`"${text}" is not a URL of a store: "${scheme}" is not http or https`)
  if (!URL.canParse(text)) throw new Error(`"${text}" is not a URL, such as https://s3.example.org`)
  return text.replace(/\/+$/, '')
}

const hostIn = (text: string): string => (/^[\w.-]+(:\d+)?\/?$/.test(text) ? text.replace(/\/$/, '') : 's3.example.org')

export function nodeAddress(text: string): string {
  if (isIP(text) !== 0 || new RegExp(`^${SUBDOMAIN}$`, 'i').test(text)) return text
  throw new Error(`"${text}" is not an address or a host name; it has no scheme and no port`)
}

/** An absolute or relative path of an existing file. */
export function existingFile(text: string): string {
  if (statSync(text, { throwIfNoEntry: false })?.isFile()) return text
  throw new Error(`there is no file "${text}"`)
}

const NAME = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?'
const LABEL_KEY = new RegExp(`^((?=[^/]{1,253}/)${SUBDOMAIN}/)?${NAME}$`)
const LABEL_VALUE = new RegExp(`^(${NAME})?$`)

/** `name=value,name=value`. A label without `=` has an empty value, such as that of control planes. */
export function labels(text: string): Record<string, string> {
  const written = text.split(',').map((label) => label.trim())
  const entries = written.filter(Boolean).map((label): [string, string] => {
    const [name = '', ...value] = label.split('=')
    return [name, value.join('=')]
  })
  const wrong = entries.find(([name, value]) => !LABEL_KEY.test(name) || !LABEL_VALUE.test(value))
  if (wrong !== undefined) throw new Error(`"${wrong.join('=')}" is not a label, such as pool=system`)
  const names = entries.map(([name]) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new Error(`the label "${twice}" is there twice`)
  if (entries.length === 0) throw new Error(`"${text}" contains no label, such as pool=system`)
  return Object.fromEntries(entries)
}

/** `namespace/prefix`. Without a prefix, all pods of the namespace. */
export function podPrefix(text: string): { namespace: string; prefix: string } {
  const [, namespace, , prefix = ''] = new RegExp(`^(${LABEL})(?:/([-a-z0-9.]*))?$`).exec(text) ?? []
  if (namespace === undefined)
    throw new Error(`"${text}" is not a namespace and the prefix of its pods' names, such as rook-ceph/rook-ceph-osd`)
  return { namespace, prefix }
}

/** A command line with the placeholder `{node}` for the name of a node. */
export function nodeCommand(text: string): string {
  if (text.includes('{node}')) return text
  throw new Error(`"${text}" lacks the placeholder {node} for the name of a node`)
}

function matching(pattern: RegExp, what: string) {
  return (text: string): string => {
    if (pattern.test(text)) return text
    throw new Error(`"${text}" is not ${what}`)
  }
}
