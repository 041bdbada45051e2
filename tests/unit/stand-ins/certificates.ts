import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A certificate and its key, as PEM, and the files that hold them. */
export interface MadeCertificate {
  cert: string
  key: string
  certFile: string
  keyFile: string
}

const openssl = (args: string[]): void => {
  execFileSync('openssl', args, { stdio: 'ignore' })
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** An authority of its own. */
export function makeAuthority(folder: string, name: string): MadeCertificate {
  const files = { certFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) }
  openssl([
    'req',
    '-x509',
    ...KEY,
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    files.keyFile,
    '-out',
    files.certFile,
  ])
  return read(files)
}

/** A certificate that an authority signed. `days` below 0 is one that has expired. */
export function makeCertificate(
  folder: string,
  name: string,
  authority: MadeCertificate,
  { names = 'IP:127.0.0.1', days = 2 }: { names?: string; days?: number } = {},
): MadeCertificate {
  const files = { certFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) }
  const [request, extensions] = [join(folder, `${name}.csr`), join(folder, `${name}.ext`)]
  writeFileSync(extensions, `subjectAltName=${names}\n`)
  openssl(['req', '-new', ...KEY, '-subj', `/CN=${name}`, '-keyout', files.keyFile, '-out', request])
  const by = ['-CA', authority.certFile, '-CAkey', authority.keyFile, '-CAcreateserial', '-extfile', extensions]
  openssl(['x509', '-req', '-in', request, ...by, '-days', String(days), '-out', files.certFile])
  return read(files)
}

const read = (files: Pick<MadeCertificate, 'certFile' | 'keyFile'>): MadeCertificate => ({
  ...files,
  cert: readFileSync(files.certFile, 'utf8'),
  key: readFileSync(files.keyFile, 'utf8'),
})
