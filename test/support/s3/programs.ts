// A real S3 server for tests, which can be killed and started again with what it held.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { Program } from '../queue/programs.js'

export const BUCKET = 'work'

/** The only user that the server knows. */
export const KEYS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' }

/** What processes must find in their environment to use it. Nothing of the machine's own configuration is read. */
export function s3Environment(port: number): Readonly<Record<string, string>> {
  return {
    ...KEYS,
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}

export async function startS3(folder: string, port: number): Promise<Program> {
  const script = path.join(import.meta.dirname, 'server.mjs')
  const child = spawn(process.execPath, [script, String(port), folder, BUCKET], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const server = new Program(child, 's3rver')
  await server.until(() => server.stdout.includes('listening'))
  return server
}
