// Exports that are cut off: by Ctrl-C in every stage, and by a kill while they write. What lies under the name is whole, or what was there before.
import { type FSWatcher, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { chiquito, type RunOptions, suiteFolder } from './support/chiquito.js'
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
    let sent = false
    const told = await exported(words, out, {
      watch: (child, stderr) => {
        if (sent || !stderr.includes(stage)) return
        sent = true
        child.kill('SIGINT')
      },
    })
    expect(told).toMatchObject({ status: 130, stdout: '', stderr: expect.stringMatching(/Interrupted/) })
    expect(readdirSync(place)).toEqual(isFolder ? [] : ['model.onnx'])
    if (!isFolder) expect(readFileSync(out, 'utf8')).toBe('old')
  })
})

describe('a kill while it is written', () => {
  /** Exports into a folder of its own, and kills as soon as something appears there. */
  async function killed(words: string, place: string, out: string) {
    let watcher: FSWatcher | undefined
    const told = await exported(words, out, {
      started: child => {
        watcher = watch(place, () => child.kill('SIGKILL'))
      },
    })
    watcher?.close()
    expect(told.signal, told.stderr).toBe('SIGKILL')
  }

  it('leaves the old file, or the new one whole', async () => {
    const place = at('killed')
    mkdirSync(place)
    const out = path.join(place, 'model.onnx')
    writeFileSync(out, 'old')
    await killed('--precision float32', place, out)
    const left = readFileSync(out)
    expect((await exported('--precision float32', out)).status).toBe(0)
    const whole = readFileSync(out)
    expect(left.equals(whole) || left.toString() === 'old').toBe(true)
  })

  it('leaves no folder for pipelines, or a whole one', async () => {
    const place = at('killed-hub')
    mkdirSync(place)
    const out = path.join(place, 'hub')
    await killed('--to huggingface', place, out)
    const left = readdirSync(place).filter(name => name === 'hub')
    const names = () => readdirSync(out, { recursive: true }).sort()
    const there = left.length > 0 ? names() : []
    expect((await exported('--to huggingface', out)).status).toBe(0)
    expect([[], names()]).toContainEqual(there)
  })
})
