// The runtime's reports to its makers stay off, also where only threads run networks.
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { chiquito, smallNetwork, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'
import { serving, trainedModel } from './support/serving.js'

const folder = suiteFolder()
let model = ''

beforeAll(async () => {
  model = await trainedModel(folder)
})

/** A person's account in which nothing has been kept yet, whose programs know of no switch. */
function account(name: string) {
  const home = path.join(folder, name)
  const temporary = path.join(home, 'tmp')
  mkdirSync(temporary, { recursive: true })
  const env = { HOME: home, TMPDIR: temporary, CHIQUITO_CACHE: path.join(folder, 'cache') }
  const kept = () =>
    readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(file =>
      /onnxruntime|Microsoft|deviceid|\.ses$|mat-debug/.test(file),
    )
  return { env: { ...env, ORT_DISABLE_TELEMETRY: undefined, CI: undefined }, kept }
}

// On Windows reports go by the system's own tracing, and keep nothing.
describe.skipIf(process.platform === 'win32')('the reports of the runtime', () => {
  it('are off where a server runs its network on threads', async () => {
    const { env, kept } = account('server')
    const server = await serving(model, [], env)
    onTestFinished(async () => void (await server.stop()))
    const body = new Uint8Array(await drawing('ball', 60))
    const response = await fetch(`${server.address}/v1/predict`, {
      method: 'POST',
      headers: { 'content-type': 'image/png' },
      body,
    })
    expect(response.status).toBe(200)
    expect(kept()).toEqual([])
  })

  it('are off where jobs train on threads', async () => {
    const { env, kept } = account('threads')
    const photos = path.join(folder, 'photos')
    writeTree({ ...(await drawings('ball', 'ball', 8)), ...(await drawings('wave', 'wave', 8)) }, photos)
    const out = path.join(folder, 'sweep')
    const way = ['--backbone', smallNetwork, '--size', '32', '--fine-tune', 'never', '--folds', '2']
    const told = await chiquito(['sweep', photos, '--out', out, ...way, '--workers', '2', '--quiet'], { env })
    expect(told.status, told.stderr).toBe(0)
    expect(existsSync(path.join(out, 'metrics.json'))).toBe(true)
    expect(kept()).toEqual([])
  })

  it('are off where predict asks one network', async () => {
    const { env, kept } = account('predict')
    const photo = path.join(folder, 'photos', 'ball')
    const told = await chiquito(['predict', path.dirname(model), photo, '--quiet'], { env })
    expect(told.status, told.stderr).toBe(0)
    expect(kept()).toEqual([])
  })
})
