import { createPrivateKey, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../../system/file-error.ts'
import { run } from '../../system/run.ts'

/** The certificates that Linkerd's chart needs, as PEM. */
export interface LinkerdCertificates {
  /** The root, which every proxy trusts. Its key is thrown away. */
  trustAnchors: string
  /** The certificate with which Linkerd signs those of the proxies, and its key. */
  issuer: { certificate: string; key: string }
}

const DAYS = 365
/** The names that Linkerd's guide gives them. */
const [ROOT, ISSUER] = ['root.linkerd.cluster.local', 'identity.linkerd.cluster.local']

const CONFIGURATION = `[req]
prompt = no
distinguished_name = name
[name]
CN = to be set
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[issuer]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:${ISSUER}
`

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** Why certificates cannot be made on this machine; null if they can. */
export async function findOpensslObstacle(): Promise<string | null> {
  try {
    await run('openssl', ['version'])
    return null
  } catch (error) {
    return `the program openssl, which makes Linkerd's certificates, cannot be run: ${messageOf(error)}. Next: install openssl`
  }
}

/** Makes a root and an issuer for one installation of Linkerd. Nothing of them stays on this machine. */
export async function makeCertificates(): Promise<LinkerdCertificates> {
  const folder = await mkdtemp(join(tmpdir(), 'meshdrill-linkerd-'))
  const file = (name: string): string => join(folder, name)
  const config = ['-config', file('openssl.cnf')]
  const root = { key: file('root.key'), certificate: file('root.crt') }
  const issuer = { key: file('issuer.key'), certificate: file('issuer.crt'), request: file('issuer.csr') }
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args)
  try {
    await writeFile(file('openssl.cnf'), CONFIGURATION)
    const ofRoot = ['-subj', `/CN=${ROOT}`, '-extensions', 'root', '-days', String(DAYS)]
    await openssl('req', '-x509', ...config, ...NEW_KEY, ...ofRoot, '-keyout', root.key, '-out', root.certificate)
    await openssl(
      'req',
      '-new',
      ...config,
      ...NEW_KEY,
      '-subj',
      `/CN=${ISSUER}`,
      '-keyout',
      issuer.key,
      '-out',
      issuer.request,
    )
    const signedBy = [
      '-CA',
      root.certificate,
      '-CAkey',
      root.key,
      '-set_serial',
      `0x0${randomBytes(15).toString('hex')}`,
    ]
    const extensions = ['-extfile', file('openssl.cnf'), '-extensions', 'issuer']
    await openssl(
      'x509',
      '-req',
      '-in',
      issuer.request,
      ...signedBy,
      ...extensions,
      '-days',
      String(DAYS),
      '-out',
      issuer.certificate,
    )
    return {
      trustAnchors: await readFile(root.certificate, 'utf8'),
      issuer: { certificate: await readFile(issuer.certificate, 'utf8'), key: await readKey(issuer.key) },
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The key in the format that Linkerd's guide makes (SEC 1). openssl 3 writes another one. */
const readKey = async (file: string): Promise<string> =>
  createPrivateKey(await readFile(file, 'utf8'))
    .export({ type: 'sec1', format: 'pem' })
    .toString()
