// Exports that are cut off: by Ctrl-C in every stage, and by a kill while they write. What lies under the name is whole, or what was there before.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { chiquito, type Moment, type RunOptions, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawings } from './support/photos.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const run = at('run')

beforeAll(async () => {
  writeTree(
    {
      ...(await drawings('photos/train/ball', 'ball', 12)),
      ...(await drawings('photos/train/wave', 'wave', 12)),
      ...(await drawings('photos/valid/ball', 'ball', 6, { from: 201 })),
      ...(await drawings('photos/valid/wave', 'wave', 6, { from: 201 })),
    },
    folder,
  )
  const args = ['train', at('photos'), '--out', run, '--fine-tune', 'never', '--size', '96', '--threads', '1']
  const told = await chiquito([...args, '--quiet'])
  expect(told.status, told.stderr).toBe(0)
})

function exported(words: string, out: string, options: RunOptions = {}) {
  return chiquito(
    ['export', run, ...words.split(' '), '--out', out, '--overwrite', '--threads', '1'],
    options,
  )
}

describe('Ctrl-C', () => {
  it.each([
    ['--precision int8', 'ranges of 8 bits …'],
    ['--precision int8', 'photos learnt from, in 8 bits …'],
    ['--precision int8', 'both on the same photos …'],
    ['--precision float16', 'both on the same photos …'],
    ['--to huggingface --precision float16', 'both on the same photos …'],
  ])('stops export %s in stage "%s", and what was there stays', async (words, stage) => {
    const isFolder = words.includes('huggingface')
    const place = at(`stopped${readdirSync(folder).length}`)
    mkdirSync(place)
    const out = path.join(place, isFolder ? 'hub' : 'model.onnx')
    if (!isFolder) writeFileSync(out, 'old')
    const told = await exported(words, out, { moments: [{ at: { said: stage }, signal: 'SIGINT' }] })
    expect(told).toMatchObject({ status: 130, stdout: '', stderr: expect.stringMatching(/Interrupted/) })
    expect(readdirSync(place)).toEqual(isFolder ? [] : ['model.onnx'])
    if (!isFolder) expect(readFileSync(out, 'utf8')).toBe('old')
  })
})

describe('a kill while it is written', () => {
  async function killed(words: string, out: string, at: Moment) {
    const told = await exported(words, out, { moments: [{ at, signal: 'SIGKILL' }] })
    expect(told.signal, told.stderr).toBe('SIGKILL')
  }

  it.each<[string, Moment]>([
    ['before it has its name', { opened: '.model.onnx.' }],
    ['as soon as it has', { named: 'model.onnx' }],
  ])('leaves the old file, or the new one whole: %s', async (_, moment) => {
    const place = at(`killed${readdirSync(folder).length}`)
    mkdirSync(place)
    const out = path.join(place, 'model.onnx')
    writeFileSync(out, 'old')
    await killed('--precision float32', out, moment)
    const left = readFileSync(out)
    expect((await exported('--precision float32', out)).status).toBe(0)
    const whole = readFileSync(out)
    expect(left.equals('named' in moment ? whole : Buffer.from('old'))).toBe(true)
  })

  it.each<[string, Moment]>([
    ['before its first file has its name', { opened: '.config.json.' }],
    ['while they come', { opened: '.model.onnx.' }],
    ['as soon as it has its own', { named: 'hub' }],
  ])('leaves no folder for pipelines, or a whole one: %s', async (_, moment) => {
    const place = at(`killed${readdirSync(folder).length}`)
    mkdirSync(place)
    const out = path.join(place, 'hub')
    await killed('--to huggingface', out, moment)
    const left = readdirSync(place).filter(name => name === 'hub')
    const names = () => readdirSync(out, { recursive: true }).sort()
    const there = left.length > 0 ? names() : []
    expect((await exported('--to huggingface', out)).status).toBe(0)
    expect(there).toEqual('named' in moment ? names() : [])
  })
})
