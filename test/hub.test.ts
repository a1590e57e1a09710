import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { hubFile } from '../src/backbones/hub/fetch.js'
import { hubSettings } from '../src/backbones/hub/settings.js'
import { chiquito } from './support/chiquito.js'
import { temporaryFolder } from './support/files.js'
import { serveHub } from './support/hub.js'

it('a download that was killed goes on where it was', async () => {
  const bytes = Uint8Array.from({ length: 600_000 }, (_, i) => (i * 2654435761) >>> 24)
  const hub = await serveHub(bytes)
  // The first answer never ends.
  let isStuck = true
  hub.host = (_, response) => {
    if (!isStuck) return false
    isStuck = false
    response.writeHead(200, { etag: '"v1"', 'content-length': bytes.length })
    response.write(bytes.subarray(0, 400_000))
    return true
  }
  const env = { HF_ENDPOINT: hub.address, HF_HOME: temporaryFolder(), no_proxy: '127.0.0.1' }
  const blobs = join(env.HF_HOME, 'hub/models--timm--resnet18.tv_in1k/blobs')
  const isHere = () => sizeOf(join(blobs, `${hub.sha256}.part`)) === 400_000
  const told = await chiquito(['find-rate', env.HF_HOME, '--backbone', 'resnet18'], {
    env,
    started: child => void vi.waitUntil(isHere, { timeout: 600_000 }).then(() => child.kill('SIGKILL')),
  })
  expect(told.signal, told.stderr).toBe('SIGKILL')
  const wanted = { repo: 'timm/resnet18.tv_in1k', file: 'model.safetensors' }
  const { path } = await hubFile(wanted, hubSettings({ env, home: env.HF_HOME }), { label: 'weights' })
  expect((await readFile(path)).equals(bytes)).toBe(true)
  expect(hub.content.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=400000-'])
})

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}
