// `chiquito export`: a trained model in other precisions, beside the one it was made from.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ExportResult } from '../src/actions/export.js'
import type { PredictResult } from '../src/actions/predict.js'
import type { VerifyResult } from '../src/actions/verify.js'
import { readModelFile } from '../src/onnx/index.js'
import { documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { drawings } from './support/photos.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const run = at('run')

beforeAll(async () => {
  writeTree(
    {
      ...(await drawings('photos/train/ball', 'ball', 20)),
      ...(await drawings('photos/train/wave', 'wave', 20)),
      ...(await drawings('photos/valid/ball', 'ball', 10, { from: 201 })),
      ...(await drawings('photos/valid/wave', 'wave', 10, { from: 201 })),
    },
    folder,
  )
  await done('train', at('photos'), '--out', run, '--fine-tune', 'never', '--size', '96', '--quiet')
}, 120_000)

async function done(...args: string[]) {
  const told = await chiquitoHere(args)
  expect(told.status, told.stderr).toBe(0)
  return told
}

async function exported(...args: string[]): Promise<ExportResult> {
  return documentOf(await done('export', ...args, '--json'))
}

async function refused(status: number, ...args: string[]): Promise<string> {
  const told = await chiquitoHere(['export', ...args])
  expect(told.status, told.stdout).toBe(status)
  return told.stderr
}

describe('chiquito export', () => {
  it('writes weights of 32 bits that give the same answers', async () => {
    const out = at('float32.onnx')
    const result = await exported(run, '--out', out)
    expect(result).toMatchObject({
      model: path.join(run, 'model.onnx'),
      out,
      to: 'onnx',
      precision: 'float32',
      labels: ['ball', 'wave'],
      bytes: { given: statSync(path.join(run, 'model.onnx')).size, exported: statSync(out).size },
    })
    const { graph } = await readModelFile(out)
    expect([...graph.initializers.values()].map(({ dtype }) => dtype)).not.toContain('float16')
    const answers = async (model: string) =>
      documentOf<PredictResult>(await done('predict', model, at('photos/valid'), '--json')).predictions
    expect(await answers(out)).toEqual(await answers(run))
    const verified = documentOf<VerifyResult>(await done('verify', out, '--json'))
    expect(verified).toMatchObject({ holds: true, isGraphSame: true })
    expect(verified.runtimes.every(({ largest }) => (largest?.difference ?? 0) < 1e-5)).toBe(true)
    expect((await done('export', run, '--out', at('again.onnx'))).stdout).toMatch(/^float32: 1\d\.\d MB/)
    expect(readFileSync(at('again.onnx')).equals(readFileSync(out))).toBe(true)
  })

  it('puts nothing in the place of what is there, but where it is told to', async () => {
    const out = at('there.onnx')
    await exported(run, '--out', out)
    expect(await refused(2, run, '--out', out)).toContain(
      'is there already. Give another name, or --overwrite',
    )
    await exported(run, '--out', out, '--overwrite')
    const own = path.join(run, 'model.onnx')
    expect(await refused(2, run, '--out', own, '--overwrite')).toContain('it is never replaced')
    mkdirSync(at('folder.onnx'))
    expect(await refused(2, run, '--out', at('folder.onnx'))).toContain('is a folder')
    expect(await refused(2, run, '--out', at('model.pt'))).toContain(
      'must be the name of a file that ends in .onnx',
    )
    expect(await refused(1, run, '--out', at('no/such/model.onnx'))).toContain(
      'there is no such file or folder',
    )
    expect(readdirSync(folder).filter(name => name.endsWith('.tmp'))).toEqual([])
  })

  it('refuses what is no model of ours', async () => {
    expect(await refused(1, at('nothing'), '--out', at('x.onnx'))).toContain('There is no model')
    expect(await refused(1, at('photos'), '--out', at('x.onnx'))).toContain('holds no model.onnx')
    const photo = at('photos/valid/ball/201.png')
    expect(await refused(1, photo, '--out', at('x.onnx'))).toContain('201.png')
    expect(await refused(2, run, '--out', at('x.onnx'), '--precision', 'int4')).toContain(
      '--precision must be',
    )
    expect(existsSync(at('x.onnx'))).toBe(false)
  })
})
