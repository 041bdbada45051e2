import type { Duplex } from 'node:stream'
import { request } from 'node:http'
import { connect } from 'node:tls'
import { text } from 'node:stream/consumers'
import { messageOf } from '../../system/file-error.ts'
import type { OpenPort, PodPlace } from '../../kube/port-forward.ts'
import { ADMIN_PORT } from './traits.ts'

const TIMEOUT_MS = 10_000

/** The metrics of a pod's proxy, as text. */
export const readMetrics = (open: OpenPort, place: PodPlace): Promise<string> =>
  onPort(open, place, 'its metrics', (socket) => {
    return new Promise<string>((resolve, reject) => {
      const headers = { host: 'proxy', connection: 'close' }
      const asked = request({ createConnection: () => socket, path: '/metrics', headers })
      asked.once('error', reject)
      asked.once('response', (response) => {
        if (response.statusCode === 200) text(response).then(resolve, reject)
        else reject(new Error(`it answered ${response.statusCode ?? 'nothing'}`))
      })
      asked.end()
    })
  })

/** The names and the issuer of the certificate with which a pod's proxy answers for its identity. Its serial and times change. */
export const readCertificate = (open: OpenPort, place: PodPlace, identity: string): Promise<string> =>
  onPort(open, place, 'its certificate', (socket) => {
    return new Promise<string>((resolve, reject) => {
      // The certificate is read, and compared with that of another time. Whether it is trusted is not asked here.
      const secure = connect({ socket, servername: identity, rejectUnauthorized: false })
      secure.once('error', reject)
      secure.once('secureConnect', () => {
        const certificate = secure.getPeerX509Certificate()
        if (certificate === undefined) reject(new Error('it showed no certificate'))
        else
          resolve(`${certificate.subjectAltName ?? 'no name'}, issued by ${certificate.issuer.replaceAll('\n', ', ')}`)
      })
    })
  })

/** Errors name the pod. The connection is closed in any case, also if it opens too late. */
async function onPort<T>(
  open: OpenPort,
  place: PodPlace,
  what: string,
  use: (socket: Duplex) => Promise<T>,
): Promise<T> {
  const { namespace, pod } = place
  const opening = open(place, ADMIN_PORT)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer after ${TIMEOUT_MS / 1000} s`))
    }, TIMEOUT_MS)
  })
  try {
    return await Promise.race([opening.then((socket) => Promise.race([use(socket), failureOf(socket)])), late])
  } catch (error) {
    throw new Error(
      `the proxy of pod "${pod}" in namespace "${namespace}" did not show ${what} on port ${ADMIN_PORT}: ${messageOf(error)}. Next: kubectl -n ${namespace} port-forward ${pod} ${ADMIN_PORT}`,
      { cause: error },
    )
  } finally {
    clearTimeout(timer)
    opening.then(
      (socket) => socket.destroy(),
      () => undefined,
    )
  }
}

const failureOf = (socket: Duplex): Promise<never> =>
  new Promise((_, reject) => {
    socket.on('error', reject)
    socket.once('close', () => {
      reject(new Error('the connection was closed'))
    })
  })
