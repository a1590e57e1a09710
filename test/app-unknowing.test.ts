// Models that say "neither" of nothing, as those from before have no output `known`: in an exported page, and by `chiquito/web`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { packagePath } from '../src/core/index.js'
import type { AppResult, PredictResult } from '../src/index.js'
import { readModel, writeModel } from '../src/onnx/index.js'
import { graphDigest, modelMetadataEntries, parseModelMetadata } from '../src/run/index.js'
import { chromiumPath, launchChromium } from './support/browser.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { serveFolders } from './support/static-site.js'
import { trainOnDrawings } from './support/web-model.js'

const folder = suiteFolder()

/** The model file of a run, without its output `known`. */
function withoutKnown(file: string): Uint8Array {
  const { graph, ...model } = readModel(readFileSync(file), file)
  const outputs = new Map([...graph.outputs].filter(([name]) => name !== 'known'))
  const unknowing = { ...graph, outputs }
  const facts = parseModelMetadata(model.metadata, file, model.producer)
  const golden = facts.golden.map(({ known: _, ...rest }) => rest)
  const metadata = modelMetadataEntries({
    ...facts,
    golden,
    abstention: undefined,
    graph: graphDigest(unknowing),
  })
  return writeModel({ ...model, graph: unknowing, metadata })
}

it.skipIf(!existsSync(chromiumPath))('such a model always answers with a label', async () => {
  const run = await trainOnDrawings(folder)
  const model = path.join(folder, 'unknowing.onnx')
  writeFileSync(model, withoutKnown(path.join(run, 'model.onnx')))
  const site = path.join(folder, 'site')
  const made = documentOf<AppResult>(await chiquito(['app', model, '--out', site, '--json']))
  expect(made.notes.join()).toContain('what 16 bits would change was not measured')
  // Nothing like the drawings learnt from.
  const odd = path.join(folder, 'photos/not_hot_dog/1.png')
  const predicted = documentOf<PredictResult>(await chiquito(['predict', model, odd, '--json']))
  const [{ label, probabilities }] = predicted.predictions
  const browser = await launchChromium()
  const host = await serveFolders({
    '/': site,
    '/web/': packagePath('dist/web'),
    '/model/': folder,
    '/photos/': path.join(folder, 'photos'),
  })
  try {
    const page = await browser.newPage()
    await page.goto(host.address)
    await page.locator('body[data-checked=yes]').waitFor()
    await page.setInputFiles('#file', odd)
    const shown = await page.locator('#verdict[data-verdict]').getAttribute('data-verdict')
    const close = probabilities.map(value => expect.closeTo(value, 4))
    const verdict = { label, probabilities: close, known: null, abstained: false }
    expect(JSON.parse(shown ?? '')).toEqual(verdict)
    expect(await page.locator('#note').textContent()).toMatch(/% sure$/)
    const byLibrary = await page.evaluate(`(async () => {
      const { loadModel } = await import('/web/index.js')
      const model = await loadModel('/model/unknowing.onnx')
      const photo = await (await fetch('/photos/not_hot_dog/1.png')).blob()
      return { threshold: model.threshold, check: await model.check(), verdict: await model.classify(photo) }
    })()`)
    expect(byLibrary).toEqual({ threshold: null, check: { agrees: true, photos: 2 }, verdict })
  } finally {
    host.close()
    await browser.close()
  }
})
