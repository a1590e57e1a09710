import { readFile } from 'node:fs/promises'
import { assetPath } from '../../core/index.js'
import { ioError } from '../../files/index.js'
import { lowestModel, readModel, upgradeModel, writeModel } from '../../onnx/index.js'
import { modelMetadataEntries, parseModelMetadata } from '../../run/index.js'
import { configOf, preprocessorOf } from './configs.js'
import { wrapForPipelines } from './wrap.js'

/** Code that transformers loads with `trust_remote_code`; what it says is explained in it. */
const code = ['configuration_chiquito.py', 'image_processing_chiquito.py', 'modeling_chiquito.py']

/** What the input of a wrapped model is, as its metadata say it. */
const INPUT_NOTE =
  'pixel_values: float32 RGB, [batch, 3, height, width], 0 to 255, any size; the graph resizes as "view" says, and normalises.'

/** The model within such a folder. */
export const HUB_MODEL = 'onnx/model.onnx'

/**
 * What a repository of the Hugging Face Hub holds, so that transformers and transformers.js open it as an `image-classification`
 * pipeline: contents by path.
 *
 * @param bytes - a model file of ours
 * @param name - what errors call it
 * @param card - Markdown with the Hub's block of facts
 * @throws `model`, `io`
 */
export async function huggingFaceFiles(
  bytes: Uint8Array,
  name: string,
  card: string,
): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const read = upgradeModel(readModel(bytes, name))
  const metadata = parseModelMetadata(read.metadata, name, read.producer)
  const graph = wrapForPipelines(read.graph, metadata.view)
  // The digest is the unwrapped graph's: it would call this one damaged.
  const { graph: _, ...rest } = metadata
  const entries = modelMetadataEntries({ ...rest, input: INPUT_NOTE })
  const files = new Map<string, string | Uint8Array>([
    [HUB_MODEL, writeModel({ ...lowestModel(graph), metadata: entries })],
    ['config.json', json(configOf(metadata))],
    ['preprocessor_config.json', json(preprocessorOf(metadata))],
    ['README.md', card],
    ['.gitattributes', '*.onnx filter=lfs diff=lfs merge=lfs -text\n'],
  ])
  for (const file of code) files.set(file, await asset(`huggingface/${file}`))
  if (metadata.backbone.name.startsWith('efficientnet-lite'))
    files.set('LICENSE-efficientnet-lite.txt', await asset('LICENSE-efficientnet-lite.txt'))
  return files
}

async function asset(name: string): Promise<Uint8Array> {
  const path = assetPath(name)
  try {
    return await readFile(path)
  } catch (error) {
    throw ioError(error, 'read', path)
  }
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
