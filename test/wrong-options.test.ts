import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { chiquito, documentOf } from './support/chiquito.js'
import { temporaryFolder, writeTree } from './support/files.js'
import { drawings } from './support/photos.js'
import { smallRuns } from './support/small-runs.js'

const { at, data, train, trained } = smallRuns()
const finished = trained('finished')

describe('an option', () => {
  it.each<[string[], RegExp]>([
    [['--recipe', 'best'], /recipe must be auto or fastai-2018, but is "best"/],
    [
      ['--backbone', 'resnet19'],
      /backbone must be one of efficientnet-lite0, efficientnet-lite2.*but is "resnet19"/,
    ],
    [
      ['--backbone', 'efficientnet-lite2'],
      /efficientnet-lite2 do not come with this package\. Give them as a file: --backbone efficientnet-lite2=FILE/,
    ],
    [['--seed', 'x'], /--seed must be a whole number, 0 or more, but is "x"/],
    [['--seed', '-1'], /--seed must be a whole number, 0 or more/],
    [['--size', '7'], /--size must be a whole number from 32 to 1024/],
    [['--valid-fraction', '2'], /--valid-fraction must be a number from 0\.01 to 0\.9/],
    [['--threads', '0'], /--threads must be a whole number from 1/],
    [['--device', 'tpu'], /--device must be cpu, webgpu or cuda/],
    [['--colour'], /unknown option '--colour'/],
    [['more'], /too many arguments/],
  ])('%j is refused as wrong usage', async (more, message) => {
    const out = path.join(temporaryFolder(), 'run')
    const told = await train(data, out, more)
    expect(told.status, told.stderr).toBe(2)
    expect(told.stderr).toMatch(message)
    expect(told.stderr).toContain('"chiquito train --help" says what there is.')
    expect(documentOf(told)).toMatchObject({ error: { code: 'usage' } })
    expect(existsSync(out)).toBe(false)
  })

  it('that is missing is named', async () => {
    expect(await chiquito(['train', data])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/required option '--out <run>' not specified/),
    })
    expect(await chiquito(['train', '--out', at('none')])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/missing required argument/),
    })
    expect(existsSync(at('none'))).toBe(false)
  })

  it.each<[string, string | undefined, RegExp]>([
    ['is not there', undefined, /Cannot read the weights .*weights\.pth.*no such file/],
    ['is a text', 'my weights', /weights\.pth holds no weights that are read here: it is none of the kinds/],
  ])('that names weights which %s fails', async (_what, content, message) => {
    const root = temporaryFolder()
    const weights = path.join(root, 'weights.pth')
    if (content !== undefined) writeFileSync(weights, content)
    const told = await train(data, path.join(root, 'run'), ['--backbone', weights])
    expect(told.status, told.stderr).toBe(1)
    expect(told.stderr).toMatch(message)
    expect(existsSync(path.join(root, 'run'))).toBe(false)
  })
})

it('says what is wrong with a file of weights before any photo is read, and calls it nothing that it is not', async () => {
  const root = temporaryFolder()
  const weights = path.join(root, 'train.py')
  writeFileSync(weights, 'import torch\n\nprint(torch.__version__)\n')
  const told = await train(data, path.join(root, 'run'), ['--backbone', weights])
  expect(told.status).toBe(1)
  expect(told.stderr).toMatch(
    /train\.py holds no weights that are read here: it is none of the kinds.*torch\.save/,
  )
  expect(told.stderr).not.toMatch(/safetensors file|[Ll]ooking at photos|Reading photos/)
})

it('a network whose weights cannot be fetched fails at once, and says how to give a file', async () => {
  const out = path.join(temporaryFolder(), 'run')
  const env = { HF_HUB_OFFLINE: '1', HF_HOME: temporaryFolder() }
  const told = await train(data, out, ['--backbone', 'resnet34'], { env })
  expect(told.status, told.stderr).toBe(1)
  expect(told.stderr).toMatch(/weights of resnet34 cannot be had.*HF_HUB_OFFLINE.*--backbone resnet34=FILE/)
  expect(existsSync(out)).toBe(false)
})

describe('a run to evaluate', () => {
  it.each<[string, () => string, number, RegExp]>([
    [
      'is not there',
      () => at('nowhere'),
      2,
      /nowhere" does not exist\. Give the folder that "chiquito train" wrote/,
    ],
    ['is a folder of photos', () => data, 2, /holds no run\.json/],
    [
      'has no model yet',
      () => {
        const run = temporaryFolder()
        writeFileSync(path.join(run, 'run.json'), readFileSync(path.join(finished, 'run.json')))
        return run
      },
      1,
      /holds no model\.onnx\. Give a model\.onnx, or the folder of a run that was finished/,
    ],
  ])('that %s is refused', async (_what, make, status, message) => {
    const told = await chiquito(['evaluate', make(), '--json'])
    expect(told.status, told.stderr).toBe(status)
    expect(told.stderr).toMatch(message)
    expect(documentOf(told)).toMatchObject({ error: { message: expect.stringMatching(message) } })
  })

  it('and photos of other classes do not fit together, which is said before they are read', async () => {
    const root = writeTree(await drawings('sea', 'wave', 2))
    const told = await chiquito(['evaluate', finished, root, '--json'])
    expect(told.stderr).not.toContain('Reading photos')
    expect(told).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /Class "sea" of the photos is none of the model's: ball, wave.*Rename the folder/,
      ),
    })
  })
})
