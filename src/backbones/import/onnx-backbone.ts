import { createHash } from 'node:crypto'
import path from 'node:path'
import { ChiquitoError, messageOf } from '../../core/index.js'
import {
  bindDims,
  type Dim,
  type ExternalFiles,
  foldBatchNorm,
  type Graph,
  GraphBuilder,
  type Model,
  openBatch,
  readModel,
  renameValues,
  upgradeModel,
  type Value,
  withoutBatchTables,
} from '../../onnx/index.js'
import type { Backbone, Preprocessing } from '../backbone.js'
import { networkGraph } from '../network.js'
import { hasNonFinite } from '../weights.js'
import { isSteady, type Trial } from './answers/index.js'
import { appendClassifier, findEnding } from './ending/index.js'
import { groupsOf, type ImportedLayer, layersOf, ownNames, parametersOf } from './layers/index.js'
import { appendLayers, bound, chosen, type Declared, howToOpen, trialBatch } from './network.js'
import { noticesOf } from './notices.js'
import {
  floatInput,
  type ImageGraph,
  imageGraph,
  type PhotoOptions,
  photoInput,
  photosOf,
} from './photos/index.js'
import { refuseForRuntimesOnly, refuseOtherTasks } from './refusals/index.js'
import { channelsFirst, isInHalves, keepPaddedMaxima, tidy, widen, withoutIdle } from './tidying/index.js'
import { GraphView } from './view/index.js'

export interface ImportOptions extends PhotoOptions {
  /** The contents of the files that its weights lie in, by location; none by default. */
  readonly files?: ExternalFiles | undefined
}

/**
 * Any network that is an .onnx file as a backbone: its classifier is found and cut off, its weights are found and split
 * into groups, and the last map of every size becomes a layer.
 *
 * @param file its name, for messages; without folder and ending it names the network.
 * @throws ChiquitoError `usage` for preprocessing that cannot be; `model`, saying what was expected: not a legal model, no input for photos, no weights to train,
 *   or shapes that fix the number of photos.
 */
export function onnxBackbone(bytes: Uint8Array, file: string, options: ImportOptions = {}): Backbone {
  return importNetwork(bytes, file, options).backbone
}

/** The same as {@link onnxBackbone}, with what is needed to see whether it answers as the file does. */
export function importNetwork(
  bytes: Uint8Array,
  file: string,
  options: ImportOptions = {},
): { readonly backbone: Backbone; readonly trial: Trial } {
  const given = readModel(bytes, file, options.files)
  const { takesBytes, ...model } = prepared(given, file)
  const { graph: raw, size: usualSize, ...layout } = imageGraph(model.graph, file)
  const tidied = plain(raw, layout)
  const { metadata } = model
  const photos = photosOf({ ...options, graph: tidied, file, metadata, takesBytes, usualSize })
  const declared = { ...layout, size: photos.size }
  const network = analysed(opened(tidied, file, declared), file, declared, metadata)
  const { graph, layers, groups, logits } = network
  const name = path.basename(file).replace(/\.onnx$/i, '')
  const add = (builder: GraphBuilder, image: Value, names?: readonly string[]) => {
    const wanted = chosen(layers, names, name)
    const dims = builder.shape(image)
    const values = wanted.map(({ value }) => value)
    // Named batches could hide shapes that fit one batch only.
    if (typeof dims[0] === 'string')
      bound(graph, file, values, [trialBatch(declared), ...dims.slice(1)], declared)
    return { wanted, graph: bound(graph, file, values, dims, declared) }
  }
  const backbone: Backbone = {
    name,
    id: idOf(bytes, options.files, photos.preprocessing),
    licence: 'NOASSERTION',
    source: `the file ${path.basename(file)}${model.producer ? `, written by ${model.producer}` : ''}`,
    inputSize: declared.size,
    preprocessing: photos.preprocessing,
    layers: layers.map(({ name, channels, stride }) =>
      stride === undefined ? { name, channels } : { name, channels, stride },
    ),
    groups,
    notices: [photos.notice, ...network.notices],
    network: given =>
      networkGraph(name, given, (builder, image) => {
        const { wanted, graph } = add(builder, image, given.layers)
        return appendLayers(builder, image, graph, wanted)
      }),
    trunk(builder, image, { layers: names } = {}) {
      const { wanted, graph } = add(builder, image, names)
      return appendLayers(builder, image, foldBatchNorm(graph), wanted)
    },
    classifier: (builder, map) =>
      appendClassifier(builder, map, graph, layers[layers.length - 1].value, logits, file),
  }
  const { preprocessing } = photos
  return { backbone, trial: trialOf(given.graph, file, { ...network, ...declared, preprocessing }) }
}

/** The graph in our operator set and in float32. */
function prepared(model: Model, file: string): Model & { readonly takesBytes: boolean } {
  // What a file is at all is said before what of it cannot be read.
  refuseForRuntimesOnly(model.graph, file)
  const { graph: floats, takesBytes } = floatInput(model.graph)
  photoInput(floats, file)
  const { graph, ...rest } = upgraded({ ...model, graph: floats }, file)
  return { ...rest, graph: widen(graph), takesBytes }
}

/** The graph as the rest of the import knows it, whoever wrote it. */
function plain(graph: Graph, { isChannelsLast }: Pick<ImageGraph, 'isChannelsLast'>): Graph {
  const tidied = withoutIdle(tidy(graph), 'image')
  return keepPaddedMaxima(isChannelsLast ? channelsFirst(tidied) : tidied)
}

/** The graph for any number of photos, also where it was exported for one. */
function opened(graph: Graph, file: string, declared: Declared): Graph {
  const { fixedBatch } = declared
  if (fixedBatch === undefined) return graph
  try {
    return openBatch(withoutBatchTables(graph, fixedBatch), 'image')
  } catch (error) {
    throw new ChiquitoError(
      'model',
      `${file} was exported for ${fixedBatch} photos at a time and cannot take others: ${messageOf(error)} ${howToOpen(declared)}`,
      { cause: error },
    )
  }
}

/** @param given the graph as the file has it. */
function trialOf(
  given: Graph,
  file: string,
  used: Pick<Analysed, 'graph' | 'output'> & Declared & Pick<Backbone, 'preprocessing'>,
): Trial {
  const { graph, output, size } = used
  const [name] = photoInput(floatInput(given).graph, file)
  return {
    ...used,
    input: [name, given.inputs.get(name) ?? { dtype: 'float32' }],
    output: output.own,
    isSteady: isSteady(given),
    isInHalves: isInHalves(given),
    network: photos => {
      const builder = new GraphBuilder('trial')
      const dims = [photos, 3, size, size]
      const whole = foldBatchNorm(bound(graph, file, [output.used], dims, used))
      const values = builder.append(whole, new Map([['image', builder.input('image', 'float32', dims)]]))
      builder.output(values.get(output.used) ?? output.used, 'answer')
      return builder.build()
    },
  }
}

interface Analysed {
  readonly graph: Graph
  readonly layers: readonly ImportedLayer[]
  readonly groups: Backbone['groups']
  readonly notices: readonly string[]
  /** The output that is judged, by its name in the file and in the graph. */
  readonly output: { readonly own: Value; readonly used: Value }
  /** The file's own class scores, where it has a classifier. */
  readonly logits: Value | undefined
}

/** Finds classifier, layers and weights, with names for those that have none. */
function analysed(
  tidied: Graph,
  file: string,
  declared: Declared,
  metadata: ReadonlyMap<string, string>,
): Analysed {
  const image = [trialBatch(declared), 3, declared.size, declared.size]
  const open = (graph: Graph, values: readonly Value[]) =>
    new GraphView(bound(graph, file, values, image, declared), 'image')
  const output = outputOf(tidied, file)
  refuseOtherTasks(shaped(tidied, image), metadata, declared.size, file)
  const whole = open(tidied, [output])
  const { graph, features, logits } = findEnding(tidied, whole, output)
  const trunk = open(graph, [features])
  const layers = layersOf(trunk, features, declared.size)
  const parameters = parametersOf(trunk)
  if (layers.length === 0 || parameters.length === 0)
    throw new ChiquitoError(
      'model',
      `${file} cannot be a backbone: ${layers.length === 0 ? 'it gives no features' : 'it has no float32 weights'}. Expected a network that classifies photos, its weights in float32.`,
    )
  refuseNonFinite(trunk, parameters, file)
  const own = ownNames(graph, parameters)
  const renamed = (value: Value) => own.get(value) ?? value
  return {
    graph: renameValues(graph, own),
    layers: layers.map(layer => ({ ...layer, value: renamed(layer.value) })),
    groups: groupsOf(trunk, layers, parameters).map(group => ({
      ...group,
      parameters: group.parameters.map(renamed),
    })),
    output: { own: output, used: renamed(output) },
    logits: logits && renamed(logits),
    notices: noticesOf(file, tidied, whole, { output, logits }, { trunk, layers, features }),
  }
}

function refuseNonFinite(trunk: GraphView, parameters: ReturnType<typeof parametersOf>, file: string): void {
  const broken = parameters.find(({ value }) => {
    const tensor = trunk.initializer(value)
    return tensor?.dtype === 'float32' && hasNonFinite(tensor.data)
  })
  if (broken)
    throw new ChiquitoError(
      'model',
      `${file} holds the weight ${broken.value} with values that are no finite numbers (NaN or infinity): training went wrong before it was exported. Export an earlier checkpoint.`,
    )
}

/** The graph with the shapes of its outputs for photos of a certain size, as far as they can be known. */
function shaped(graph: Graph, image: readonly Dim[]): Graph {
  try {
    return bindDims(graph, { image })
  } catch {
    // What does not fit is said where the outputs that are used are looked at.
    return graph
  }
}

/** The output that is judged: scores for classes, else the first. */
function outputOf({ outputs }: Graph, file: string): Value {
  const floats = [...outputs].filter(([, { dtype }]) => dtype === 'float32')
  const found = floats.find(([, { shape }]) => shape?.length === 2) ?? floats[0]
  if (found) return found[0]
  throw new ChiquitoError('model', `${file} cannot be a backbone: none of its outputs is float32.`)
}

function upgraded(model: Model, file: string): Model {
  try {
    return upgradeModel(model)
  } catch (error) {
    throw new ChiquitoError(
      'model',
      `${file}: ${messageOf(error)} Export it without that, for operator set 21 where the exporter can, or give another network.`,
      { cause: error },
    )
  }
}

/** Features are comparable only where weights and preprocessing are the same. */
function idOf(
  bytes: Uint8Array,
  files: ExternalFiles = new Map(),
  { mean, std, channels = 'rgb' }: Preprocessing,
): string {
  const hash = createHash('sha256').update(bytes)
  for (const [location, content] of files)
    hash.update(JSON.stringify([location, content.byteLength])).update(content)
  return hash.update(JSON.stringify([mean, std, channels])).digest('hex')
}
