// `chiquito export`: a trained model in other precisions, beside the one it was made from.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ExportResult } from '../src/actions/export.js'
import type { PredictResult } from '../src/actions/predict.js'
import type { VerifyResult } from '../src/actions/verify.js'
import { float32 } from '../src/core/index.js'
import { GraphBuilder, model, readModelFile, writeModel } from '../src/onnx/index.js'
import { modelMetadataEntries, parseModelMetadata } from '../src/run/index.js'
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
})

async function done(...args: string[]) {
  const told = await chiquitoHere(args)
  expect(told.status, told.stderr + told.stdout.slice(0, 4000)).toBe(0)
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
      beside: null,
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
    for (const [option, value] of [
      ['--photos', at('photos')],
      ['--allow-changed', '3'],
    ])
      expect(await refused(2, run, '--out', at('x.onnx'), option, value)).toMatch(
        `${option} has no effect without --precision`,
      )
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

  it('writes weights of 16 bits that change no verdict, and says what it has changed', async () => {
    const out = at('float16.onnx')
    const result = await exported(run, '--precision', 'float16', '--out', out)
    expect(result.beside).toMatchObject({ photos: 20, changed: [], neitherChanged: 0, unreadable: [] })
    expect(result.beside?.largest).toBeLessThan(5e-3)
    expect(result.notes).toEqual([
      expect.stringMatching(
        /^The model given has 99 % of its weights in 16 bits already, those of layers that did/,
      ),
    ])
    expect(result.bytes.exported / result.bytes.float32).toBeLessThan(0.51)
    const { graph, metadata } = await readModelFile(out)
    const large = [...graph.initializers.values()].filter(({ data }) => data.length >= 1024)
    expect(new Set(large.map(({ dtype }) => dtype))).toEqual(new Set(['float16', 'uint8']))
    const said = parseModelMetadata(metadata, out)
    const of = parseModelMetadata((await readModelFile(path.join(run, 'model.onnx'))).metadata, run)
    expect(said.precision).toMatchObject({
      weights: 'float16',
      from: of.graph,
      measured: { photos: 20, changed: 0, neitherChanged: 0, given: { right: 20 }, exported: { right: 20 } },
    })
    const verified = documentOf<VerifyResult>(await done('verify', out, '--json'))
    expect(verified).toMatchObject({ holds: true, isGraphSame: true })
    const { stdout } = await done('export', run, '--precision', 'float16', '--out', at('twin.onnx'))
    expect(stdout).toMatch(
      /no verdict of 20 photos changes\.\n\n.*right.*\n.*model given +20 of 20.*\n.*float16 +20 of 20/,
    )
    expect(readFileSync(at('twin.onnx')).equals(readFileSync(out))).toBe(true)
  })

  it('finds the photos of a run where they are now, and asks for some where no run tells', async () => {
    const alone = at('alone.onnx')
    copyFileSync(path.join(run, 'model.onnx'), alone)
    const args = ['--precision', 'float16', '--out', at('moved.onnx')]
    expect(await refused(2, alone, ...args)).toMatch(/there is no run\.json beside it.*--photos PHOTOS/)
    expect((await exported(alone, ...args, '--photos', at('photos'))).beside?.photos).toBe(20)
    const moved = at('moved-run')
    cpSync(run, moved, { recursive: true })
    const record = readFileSync(path.join(moved, 'run.json'), 'utf8')
    writeFileSync(path.join(moved, 'run.json'), record.replaceAll(at('photos'), at('gone')))
    expect(await refused(1, moved, ...args, '--overwrite')).toMatch(
      /None of the 20 photos could be read:\n {2}.+: .+\n {2}.+: .+\n {2}.+: .+\n {2}and 17 more/,
    )
    const found = await exported(moved, ...args, '--overwrite', '--photos', folder)
    expect(found.beside).toMatchObject({ photos: 20, unreadable: [] })
    expect(await refused(1, at('moved.onnx'), '--out', at('y.onnx'))).toContain(
      'was exported itself (float16)',
    )
  })

  it('writes a network in 8 bits, with ranges, remembered photos and golden answers of its own', async () => {
    const out = at('int8.onnx')
    const result = await exported(run, '--precision', 'int8', '--out', out)
    expect(result.beside).toMatchObject({ photos: 20, changed: [], unreadable: [] })
    expect(result.beside?.neitherChanged).toBeLessThanOrEqual(2)
    const { moved, largest } = result.beside?.known ?? { moved: 20, largest: 0 }
    expect(moved > 0).toBe(largest > 0.1)
    expect(result.notes.length).toBe(moved > 2 ? 1 : 0)
    const { graph, metadata } = await readModelFile(out)
    const size = (of: typeof graph) =>
      [...of.initializers.values()].reduce((sum, { data }) => sum + data.byteLength, 0)
    await exported(run, '--out', at('whole.onnx'))
    const whole = await readModelFile(at('whole.onnx'))
    expect(size(graph) / size(whole.graph)).toBeLessThan(0.265)
    expect(graph.nodes.filter(({ op }) => op === 'QuantizeLinear').length).toBeGreaterThan(50)
    expect([...graph.outputs.keys()]).toEqual([...whole.graph.outputs.keys()])
    // Weights by channel, none out of 8 bits; photos are compared as this network sees them.
    const remembered = [graph, whole.graph].map(one => one.initializers.get('known.photos')?.data)
    expect(remembered[0]).not.toEqual(remembered[1])
    const said = parseModelMetadata(metadata, out)
    expect(said.precision).toMatchObject({ weights: 'int8', measured: { photos: 20, changed: 0 } })
    expect(said.golden.map(({ label }) => label)).toEqual(['ball', 'wave'])
    const verified = documentOf<VerifyResult>(await done('verify', out, '--json'))
    expect(verified).toMatchObject({ holds: true, isGraphSame: true })
    const { predictions } = documentOf<PredictResult>(
      await done('predict', out, at('photos/valid/ball'), '--json'),
    )
    for (const { label, probabilities } of predictions) {
      expect(label).toBe('ball')
      expect(probabilities[0] + probabilities[1]).toBeCloseTo(1, 6)
    }
    copyFileSync(path.join(run, 'model.onnx'), at('lone.onnx'))
    const again = await exported(
      at('lone.onnx'),
      '--precision',
      'int8',
      '--out',
      at('same.onnx'),
      '--photos',
      at('photos'),
    )
    expect(again.out).toBe(at('same.onnx'))
    expect(readFileSync(at('same.onnx')).equals(readFileSync(out))).toBe(true)
  })

  it('writes nothing where too many verdicts change, and says which and what to do', async () => {
    // What tells balls from waves, blue less red, is lost in 8 bits beside a channel ten thousand times as large.
    const b = new GraphBuilder('outlier')
    const pixels = b.input('pixels', 'uint8', ['batch', 96, 96, 3])
    const planes = b.op('Cast', [b.op('Transpose', [pixels], { perm: [0, 3, 1, 2] })], { to: 'float32' })
    const kernel = Float32Array.from({ length: 2 * 3 * 5 * 5 }, (_, i) =>
      i < 75 ? 100 : i < 100 ? -0.01 : i < 125 ? 0 : 0.01,
    )
    const map = b.op('Conv', [planes, b.initializer('kernel', float32(kernel, [2, 3, 5, 5]))])
    const features = b.op('Flatten', [b.op('GlobalAveragePool', [map])], { axis: 1 })
    const head = b.initializer('head', float32([0, 0, -1, 1], [2, 2]))
    const logits = b.op('Gemm', [features, head], {}, 'logits')
    b.output(b.op('Softmax', [logits], { axis: 1 }, 'probabilities'))
    b.output(logits)
    const file = path.join(run, 'model.onnx')
    const { metadata: entries } = await readModelFile(file)
    const { graph: _, abstention: __, ...metadata } = parseModelMetadata(entries, file)
    const place = at('outlier')
    cpSync(run, place, { recursive: true })
    const built = model(b.build(), { metadata: modelMetadataEntries({ ...metadata, golden: [] }) })
    writeFileSync(path.join(place, 'model.onnx'), writeModel(built))
    const out = at('outlier.onnx')
    const args = ['export', place, '--precision', 'int8', '--out', out]
    const told = await chiquitoHere(args)
    expect(told.status, told.stderr).toBe(1)
    expect(told.stdout).toMatch(
      /^int8: 10 of 20 photos get another verdict\.\n {2}valid\/wave\/201\.png \(wave\): wave at /,
    )
    expect(told.stdout).toContain('… and 5 more')
    expect(told.stdout).toContain(
      'Nothing was written: one verdict in 200 may change, so of 20 photos none. Look at those photos; to take the model as it is, type\n' +
        `  chiquito export ${place} --precision int8 --out ${out} --allow-changed 10\nor take float16.`,
    )
    expect((await chiquitoHere([...args, '--allow-changed', '9'])).stdout).toContain('written: 9 may change.')
    expect(existsSync(out)).toBe(false)
    const refusal = await chiquitoHere([...args, '--json'])
    expect(documentOf<ExportResult>(refusal)).toMatchObject({ out: null, allowed: 0 })
    const taken = await exported(place, '--precision', 'int8', '--out', out, '--allow-changed', '10')
    expect(taken).toMatchObject({ out, allowed: 10, beside: { known: null } })
    expect(taken.notes).toEqual([
      expect.stringMatching(/Its probabilities are worse: that of the right class is 0\.\d\d of what it was/),
    ])
    expect(existsSync(out)).toBe(true)
  })
})
