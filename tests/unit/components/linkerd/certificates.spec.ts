import { createPrivateKey, X509Certificate } from 'node:crypto'
import { expect, test } from '@playwright/test'
import { findOpensslObstacle, makeCertificates } from '../../../../lib/components/linkerd/certificates.ts'

const DAY_MS = 24 * 60 * 60_000

test('the certificates of Linkerd are a root and an issuer that the root signed, with a key of the issuer', async () => {
  const { trustAnchors, issuer } = await makeCertificates()
  const [root, intermediate] = [new X509Certificate(trustAnchors), new X509Certificate(issuer.certificate)]
  expect([root.ca, intermediate.ca]).toEqual([true, true])
  expect(root.subject).toBe('CN=root.linkerd.cluster.local')
  expect(intermediate.subject).toBe('CN=identity.linkerd.cluster.local')
  expect(intermediate.subjectAltName).toBe('DNS:identity.linkerd.cluster.local')
  expect(intermediate.checkIssued(root) && intermediate.verify(root.publicKey)).toBe(true)
  expect(intermediate.checkPrivateKey(createPrivateKey(issuer.key))).toBe(true)
  expect(issuer.key).toMatch(/^-----BEGIN EC PRIVATE KEY-----/)
  expect(intermediate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
  for (const { validTo } of [root, intermediate]) expect(Date.parse(validTo) - Date.now()).toBeGreaterThan(360 * DAY_MS)
})

test('each installation of Linkerd has certificates of its own', async () => {
  const [one, other] = [await makeCertificates(), await makeCertificates()]
  expect(one.trustAnchors).not.toBe(other.trustAnchors)
  expect(one.issuer.key).not.toBe(other.issuer.key)
})

test('without openssl, the drills on Linkerd are skipped with the next step', async () => {
  expect(await findOpensslObstacle()).toBeNull()
  const { PATH } = process.env
  process.env.PATH = '/nowhere'
  try {
    expect(await findOpensslObstacle()).toMatch(
      /openssl, which makes Linkerd's certificates, cannot be run: .*Next: install/,
    )
  } finally {
    process.env.PATH = PATH
  }
})
