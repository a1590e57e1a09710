// A certificate of one's own for a server on this machine.
import { spawnSync } from 'node:child_process'
import path from 'node:path'

export const canSign = spawnSync('openssl', ['version']).status === 0

/** Files of a certificate for an address, and of its key. */
export function selfSigned(folder: string, name: string, address: string) {
  const certificate = path.join(folder, `${name}.pem`)
  const key = path.join(folder, `${name}.key`)
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=chiquito test', '-addext', `subjectAltName=${address}`],
    ...['-keyout', key, '-out', certificate],
  ])
  if (made.status !== 0) throw new Error(made.stderr.toString())
  return { certificate, key }
}
