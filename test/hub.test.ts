import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { hubFile } from '../src/backbones/hub/fetch.js'
import { hubSettings } from '../src/backbones/hub/settings.js'
import { chiquito, documentOf } from './support/chiquito.js'
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

it('the list of networks tells where their weights are', async () => {
  const bytes = Uint8Array.of(1, 2, 3)
  const hub = await serveHub(bytes)
  const env = { HF_ENDPOINT: hub.address, HF_HOME: temporaryFolder(), no_proxy: '127.0.0.1' }
  const wanted = { repo: 'timm/resnet18.tv_in1k', file: 'model.safetensors' }
  const { path } = await hubFile(wanted, hubSettings({ env, home: env.HF_HOME }), { label: 'weights' })
  const asked = hub.requests.length
  const { stdout } = await chiquito(['backbones'], { env })
  const address = `${hub.address}/timm/resnet34.tv_in1k/resolve/main/model.safetensors`
  expect(stdout).toContain('weights: on this machine, embedded\n')
  expect(stdout).toContain('weights: from a file you give: --backbone efficientnet-lite2=FILE\n')
  expect(stdout).toContain(`weights: on this machine: ${path}\n`)
  expect(stdout).toContain(
    `weights: fetched at the first use from ${address}, about 87 MB; or --backbone resnet34=FILE\n`,
  )
  const { backbones } = documentOf<{ backbones: object[] }>(await chiquito(['backbones', '--json'], { env }))
  expect(backbones).toContainEqual(expect.objectContaining({ name: 'resnet18', state: 'ready', path }))
  expect(backbones).toContainEqual(
    expect.objectContaining({ name: 'resnet34', state: 'to-fetch', hub: { address, bytes: 87_300_000 } }),
  )
  expect(hub.requests).toHaveLength(asked)
})

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}
