// `chiquito export --to huggingface`: a folder that pipelines of other libraries open, with the same answers.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ExportResult } from '../src/actions/export.js'
import type { PredictResult } from '../src/actions/predict.js'
import { documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { drawings } from './support/photos.js'
import { pythonWith, runPython } from './support/python.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
const [run, hub] = [at('run'), at('hub')]
/** Keys that JavaScript and Markdown would rather take for something else. */
const labels = ['__proto__', 'a | <b> *c*']

const text = (...names: string[]) => readFileSync(at(...names), 'utf8')

async function done(...args: string[]) {
  const told = await chiquitoHere(args)
  expect(told.status, told.stderr).toBe(0)
  return told
}

let result: ExportResult
let ours: PredictResult
/** The same of photos that libraries open in their own way. */
let odd: PredictResult

beforeAll(async () => {
  const photos = {
    ...(await drawings(`photos/train/${labels[0]}`, 'ball', 20)),
    ...(await drawings(`photos/train/${labels[1]}`, 'wave', 20)),
    ...(await drawings(`photos/valid/${labels[0]}`, 'ball', 4, { from: 201 })),
    ...(await drawings(`photos/valid/${labels[1]}`, 'wave', 4, { from: 201 })),
  }
  writeTree(photos, folder)
  const [one, ...others] = Object.keys(photos).map(name => path.posix.relative('photos', name))
  const row = { license: 'by-sa 4.0', may_use_commercially: true, may_change: true }
  writeFileSync(
    at('photos/metadata.jsonl'),
    `${JSON.stringify({ ...row, file_name: one, source: 'wikimedia', license: 'by 4.0' })}\n${others
      .map(file_name => JSON.stringify({ ...row, file_name, page_url: 'https://example.org/p/1' }))
      .join('\n')}\n`,
  )
  await done('train', at('photos'), '--out', run, '--fine-tune', 'never', '--size', '96', '--quiet')
  result = documentOf(await done('export', run, '--to', 'huggingface', '--out', hub, '--json'))
  // Other sides than the model's, and no two alike.
  for (const [i, [name, photo]] of Object.entries(photos).slice(-8).entries()) {
    const size = { width: 120 + 31 * i, height: 200 - 17 * i, fit: 'fill' } as const
    writeTree({ [`asked/${i}.png`]: await sharp(photo).resize(size).png().toBuffer() }, folder)
    expect(name).toContain('valid')
  }
  ours = documentOf(await done('predict', run, at('asked'), '--json'))
  const [photo] = Object.values(photos)
  writeTree(
    {
      'odd/clear.png': await sharp(photo).ensureAlpha(0.3).png().toBuffer(),
      'odd/grey.png': await sharp(photo).greyscale().toColourspace('grey16').png().toBuffer(),
    },
    folder,
  )
  odd = documentOf(await done('predict', run, at('odd'), '--json'))
})

describe('chiquito export --to huggingface', () => {
  it("takes no card of a run that is not the model's, and says so", async () => {
    const other = at('other')
    cpSync(run, other, { recursive: true })
    const card = path.join(other, 'MODEL_CARD.md')
    writeFileSync(card, text('other/MODEL_CARD.md').replace('## Limits', 'Written by hand.\n\n## Limits'))
    const exported = (out: string) => done('export', other, '--to', 'huggingface', '--out', at(out))
    expect((await exported('kept')).stderr).not.toContain('is not taken')
    expect(text('kept/README.md')).toContain('Written by hand.')

    const metrics = JSON.parse(text('other/metrics.json'))
    metrics.evaluation.logLoss += 0.01
    writeFileSync(path.join(other, 'metrics.json'), JSON.stringify(metrics))
    expect((await exported('foreign')).stderr).toMatch(
      /is the run of another model, so .*MODEL_CARD.md" is not taken/,
    )
    expect(text('foreign/README.md')).not.toContain('Written by hand.')
    expect(text('foreign/README.md')).toContain('| validation photos | 8 | 8 | 1.000 |')

    writeFileSync(path.join(other, 'run.json'), '{')
    expect((await exported('damaged')).stderr).toMatch(/run\.json" is missing or damaged, so .* is not taken/)
  })

  it('lays out what the Hub, transformers and transformers.js look for', () => {
    expect(result).toMatchObject({ out: hub, to: 'huggingface', precision: 'as given', beside: null })
    expect(readdirSync(hub, { recursive: true }).sort()).toEqual([
      '.gitattributes',
      'LICENSE-efficientnet-lite.txt',
      'README.md',
      'chiquito.json',
      'config.json',
      'configuration_chiquito.py',
      'image_processing_chiquito.py',
      'modeling_chiquito.py',
      'onnx',
      'onnx/model.onnx',
      'preprocessor_config.json',
    ])
    const config: unknown = JSON.parse(text('hub', 'config.json'))
    expect(config).toMatchObject({
      id2label: { 0: labels[0], 1: labels[1] },
      problem_type: 'single_label_classification',
      threshold: 0.05,
      'transformers.js_config': { dtype: 'fp32' },
    })
    expect(text('hub', 'config.json')).toContain('"__proto__": 0')
    expect(JSON.parse(text('hub', 'preprocessor_config.json'))).toMatchObject({
      image_processor_type: 'ViTImageProcessor',
      do_resize: false,
      do_rescale: false,
      do_normalize: false,
    })
  })

  it('answers photos of any size as predict does, where a runtime is given their bytes as numbers', async () => {
    const session = await InferenceSession.create(at('hub/onnx/model.onnx'))
    for (const { path: file, probabilities, known } of ours.predictions) {
      const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true })
      const planes = new Float32Array(data.length)
      const area = info.width * info.height
      for (const [i, value] of data.entries()) planes[(i % 3) * area + Math.floor(i / 3)] = value
      const pixel_values = new Tensor('float32', planes, [1, 3, info.height, info.width])
      const answer = await session.run({ pixel_values })
      for (const [k, value] of probabilities.entries())
        expect(Math.abs(Number(answer.probabilities.data[k]) - value)).toBeLessThan(2e-3)
      expect(Math.abs(Number(answer.known.data[0]) - Number(known))).toBeLessThan(0.15)
      // Pipelines make the probabilities of these.
      const scores = labels.map((_, k) => Math.exp(Number(answer.logits.data[k])))
      const sum = scores.reduce((a, b) => a + b)
      for (const [k, score] of scores.entries())
        expect(score / sum).toBeCloseTo(Number(answer.probabilities.data[k]), 5)
    }
    await session.release()
  })

  it('has the card of the run, for the Hub, with where the photos come from', () => {
    const card = text('run', 'MODEL_CARD.md')
    expect(card).toMatch(/\| example\.org \| 47 \|\n\| wikimedia \| 1 \|/)
    expect(card).toMatch(/\| by-sa 4\.0 \| 47 \|\n\| by 4\.0 \| 1 \|/)
    expect(card).toContain('library_name: onnx')
    const readme = text('hub', 'README.md')
    expect(readme).toContain('library_name: transformers')
    expect(readme).toContain('| \\_\\_proto\\_\\_ | 20 | 4 | 24 |')
    expect(readme).toContain('a \\| \\<b\\> \\*c\\*')
    expect(readme).toContain('at least twice 96 pixels')
    expect(readme).toContain(
      'Leave `dtype` out, whatever the precision: this folder holds one model, `onnx/model.onnx`',
    )
    expect(readme.split('## How to load it')[0]).toBe(
      card
        .split('## How to load it')[0]
        .replace('library_name: onnx', 'library_name: transformers')
        .replace('- onnx\n', '- onnx\n- transformers.js\n- custom_code\n'),
    )
  })

  it('takes the place of an older one only where told, and brings along what a person wrote into the card', async () => {
    const told = await chiquitoHere(['export', run, '--to', 'huggingface', '--out', hub])
    expect(told.status).toBe(2)
    expect(told.stderr).toContain('--overwrite')
    expect((await chiquitoHere(['export', run, '--to', 'huggingface', '--out', run])).stderr).toContain(
      'holds other things',
    )
    const edited = text('run', 'MODEL_CARD.md').replace('license: unknown', 'license: cc-by-4.0')
    writeFileSync(at('run/MODEL_CARD.md'), edited)
    writeFileSync(path.join(hub, 'notes.txt'), 'mine')
    const out = ['--to', 'huggingface', '--precision', 'float16', '--out', hub, '--overwrite', '--json']
    const again = documentOf<ExportResult>(await done('export', run, ...out))
    expect(again).toMatchObject({ precision: 'float16', beside: { photos: 8, changed: [] } })
    expect(text('hub', 'README.md')).toContain('license: cc-by-4.0\nlibrary_name: transformers\n')
    expect(text('hub', 'README.md')).toContain('Of 8 photos 0 get another verdict by that')
    expect(text('hub', 'notes.txt')).toBe('mine')
  })

  it('is made of a model file alone, too, whose card says what it knows', async () => {
    writeFileSync(at('alone.onnx'), readFileSync(at('run/model.onnx')))
    await done('export', at('alone.onnx'), '--to', 'huggingface', '--out', at('alone'))
    const card = text('alone', 'README.md')
    expect(card).toContain('Sources and licences are **unknown**')
    expect(card).toContain('40 to learn from, 8 to measure on.')
    expect(card).not.toContain('train photos')
  })

  const python = pythonWith('transformers', 'onnxruntime', 'torch')
  it.skipIf(!python)(
    'answers so in transformers (needs CHIQUITO_PYTHON with transformers, torch and onnxruntime)',
    async () => {
      const files = ours.predictions.map(one => one.path)
      const env = { HF_HOME: at('hf'), HF_HUB_OFFLINE: '1' }
      const { single, batch, processed } = toldSchema.parse(
        await runPython(
          python ?? '',
          PIPELINE,
          [hub, odd.predictions.map(one => one.path).join('\n'), ...files],
          env,
        ),
      )
      for (const [i, { probabilities }] of ours.predictions.entries())
        for (const [k, label] of labels.entries())
          for (const answers of [single, batch]) {
            const score = new Map(answers[i]).get(label)
            expect(Math.abs(Number(score) - probabilities[k])).toBeLessThan(2e-3)
          }
      // Its image processor opens files as predict does.
      for (const [i, { probabilities }] of odd.predictions.entries())
        for (const [k, probability] of probabilities.entries())
          expect(Math.abs(processed[i][k] - probability)).toBeLessThan(2e-3)
    },
  )
})

const scores = z.array(z.array(z.tuple([z.string(), z.number()])))
const toldSchema = z.object({
  single: scores,
  batch: scores,
  processed: z.array(z.array(z.number())),
  known: z.number().min(0).max(1),
})

const PIPELINE = `
import json, sys
from PIL import Image
from transformers import pipeline
folder, odd, *photos = sys.argv[1:]
classify = pipeline("image-classification", model=folder, trust_remote_code=True)
scores = lambda answers: [[[one["label"], one["score"]] for one in answer] for answer in answers]
inputs = classify.image_processor(Image.open(photos[0]), return_tensors="pt")
processed = [classify.model(**classify.image_processor(photo, return_tensors="pt")).logits[0] for photo in odd.splitlines()]
print(json.dumps({
  "single": scores([classify(photo) for photo in photos]),
  "batch": scores(classify(photos, batch_size=4)),
  "processed": [logits.softmax(-1).tolist() for logits in processed],
  "known": float(classify.model(**inputs).known[0]),
}))`
