import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallModel } from '../../test/support/small-model.js'
import { ChiquitoError, int64 } from '../core/index.js'
import { GraphBuilder, model, readModel, readModelFile, writeModel } from './index.js'

describe('writeModel', () => {
  it('refuses an illegal graph', () => {
    const read = readModel(smallModel(), 'small')
    const graph = { ...read.graph, nodes: [] }
    expect(() => writeModel({ ...read, graph })).toThrow(/Graph small is not legal: Output y/)
  })

  it('keeps whole numbers that are no doubles', () => {
    const g = new GraphBuilder('g')
    g.output(g.op('Add', [g.constant(int64([2n ** 63n - 1n])), g.input('x', 'int64', [1])]), 'y')
    const weights = [...readModel(writeModel(model(g.build())), 'g').graph.initializers.values()]
    expect(weights).toEqual([int64([2n ** 63n - 1n])])
  })
})

describe('readModelFile', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'onnx-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('reads a file', async () => {
    const file = path.join(folder, 'small.onnx')
    await writeFile(file, smallModel())
    expect((await readModelFile(file)).graph.name).toBe('small')
  })

  it('names the file that is not there, or is a folder', async () => {
    await expect(readModelFile(path.join(folder, 'none.onnx'))).rejects.toThrow(
      /none\.onnx cannot be read: there is no such file/,
    )
    await expect(readModelFile(folder)).rejects.toThrow(ChiquitoError)
  })

  it('refuses a file of 2 GiB before reading any of it', async () => {
    const file = path.join(folder, 'huge.onnx')
    const handle = await open(file, 'w')
    await handle.truncate(2 ** 31)
    await handle.close()
    await expect(readModelFile(file)).rejects.toThrow(
      /huge\.onnx takes 2147483648 bytes; .* at most 2147483647/,
    )
  })
})
