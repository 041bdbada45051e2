import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Lab } from '../../lab/lab.ts'
import { shortenMiddle } from '../../output/shorten.ts'
import { messageOf } from '../../system/file-error.ts'

/** A licence of AppsCode: an X.509 certificate in PEM, whose DNS names are the UIDs of the clusters that it is for. */
export interface License {
  /** The text of the file. */
  pem: string
  /** UIDs of `kube-system` namespaces; null for a licence for any cluster. */
  clusters: string[] | null
  expiresMs: number
}

const HOW_TO_GET = 'get a licence at https://appscode.com/issue-license?p=stash'

/** Reads a licence. Errors: the file cannot be read, is no certificate, or the certificate is not valid at this time. */
export function readLicense(file: string, nowMs = Date.now()): License {
  const pem = readText(file)
  const certificate = parseCertificate(file, pem)
  const [startsMs, expiresMs] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)]
  if (nowMs >= expiresMs)
    throw new Error(
      `the licence in "${file}" expired at ${new Date(expiresMs).toISOString()}. Next: ${HOW_TO_GET}, or unset MESHDRILL_STASH_LICENSE`,
    )
  if (nowMs < startsMs)
    throw new Error(`the licence in "${file}" is valid from ${new Date(startsMs).toISOString()} only. Next: date`)
  return { pem, clusters: clustersOf(certificate), expiresMs }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`the licence "${file}" cannot be read: ${messageOf(error)}. Next: ${HOW_TO_GET}`, { cause: error })
  }
}

function parseCertificate(file: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (error) {
    throw new Error(`"${file}" is no licence: it contains no certificate in PEM. Next: ${HOW_TO_GET}`, { cause: error })
  }
}

/** A certificate whose common name begins with `*.` is for any cluster. */
function clustersOf({ subject, subjectAltName = '' }: X509Certificate): string[] | null {
  if (/^CN=\*\./m.test(subject)) return null
  return [...subjectAltName.matchAll(/DNS:([^,\s]+)/g)].map(([, name = '']) => name)
}

/** Why a licence is not for a cluster, which is named by the UID of its `kube-system` namespace; null if it is. */
export function findOtherCluster(file: string, { clusters }: License, uid: string): string | null {
  if (clusters === null || clusters.includes(uid)) return null
  const named = clusters.length === 0 ? 'no cluster' : `cluster ${shortenMiddle(clusters.join(', '), 200)}`
  return `the licence in "${file}" is for ${named}, and this is cluster ${uid}. Next: ${HOW_TO_GET} for that cluster`
}

/** Why KubeStash cannot be installed, as far as its licence decides it; null if it can. */
export async function findLicenseObstacle({ kube, terms: { stashLicense: file } }: Lab): Promise<string | null> {
  const metadata = { name: 'kube-system' }
  const uid = (await kube.get({ apiVersion: 'v1', kind: 'Namespace', metadata }))?.metadata.uid ?? 'not known'
  if (file === null)
    return `KubeStash needs a licence for cluster ${uid}. Next: ${HOW_TO_GET}, and set MESHDRILL_STASH_LICENSE to the path of its file`
  try {
    return findOtherCluster(file, readLicense(file), uid)
  } catch (error) {
    return messageOf(error)
  }
}
