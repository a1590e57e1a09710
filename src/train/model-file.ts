import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { asFloat32, uint8 } from '../core/index.js'
import type { Photo } from '../dataset/index.js'
import { type DeviceOptions, Session } from '../engine/index.js'
import { decode, encodePng, renderView } from '../images/index.js'
import { type Graph, model, writeModel } from '../onnx/index.js'
import { inputNote, type ModelMetadata, modelMetadataEntries } from '../run/index.js'
import { type Classifier, classifierGraph } from './classifier.js'

/** What is known of a run and goes into its model. */
export type ModelFacts = Pick<ModelMetadata, 'recipe' | 'seed' | 'data' | 'accuracy' | 'versions'>

/** Golden photos a model carries: one a class, and of the first classes only where there are many. */
const mostGolden = 4

/**
 * The classifier as the bytes of a `model.onnx` that says how to use it, with golden photos: the exact pixels of a few
 * photos and what the model answers, so that any copy of it can check itself.
 */
export async function modelFile(
  classifier: Classifier,
  photos: readonly Photo[],
  root: string,
  facts: ModelFacts,
): Promise<Uint8Array> {
  const { backbone, labels, rule } = classifier
  const graph = classifierGraph(classifier)
  const metadata: ModelMetadata = {
    ...facts,
    labels: [...labels],
    view: rule,
    input: inputNote,
    backbone: { name: backbone.name, id: backbone.id, licence: backbone.licence },
    temperature: classifier.temperature ?? 1,
    golden: await goldenPhotos(graph, classifier, photos, root),
  }
  return writeModel(model(graph, { metadata: modelMetadataEntries(metadata) }))
}

/** The first photo of each class, as the model sees it, with its answer. */
async function goldenPhotos(
  graph: Graph,
  { labels, rule }: Classifier,
  photos: readonly Photo[],
  root: string,
  options: DeviceOptions = {},
): Promise<ModelMetadata['golden']> {
  const chosen = labels.flatMap((_, label) => photos.find(photo => photo.label === label) ?? [])
  const session = await Session.open(model(graph), options)
  try {
    const golden: ModelMetadata['golden'] = []
    for (const photo of chosen.slice(0, mostGolden)) {
      const bytes = await readFile(path.join(root, photo.path))
      const view = renderView(await decode(bytes, { name: photo.path, shortSide: rule.size }), rule)
      const { size } = rule
      const { probabilities } = await session.run({ pixels: uint8(view, [1, size, size, 3]) })
      golden.push({
        png: new Uint8Array(await encodePng({ width: size, height: size, data: view })),
        probabilities: Array.from(asFloat32(probabilities, 'probabilities').data),
      })
    }
    return golden
  } finally {
    await session.close()
  }
}
