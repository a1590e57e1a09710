import type { Graph, GraphBuilder, Value } from '../onnx/index.js'

/** A place in a network where features can be taken. */
export interface BackboneLayer {
  readonly name: string
  /** Channels of its map [batch, channels, height, width], or length of its vector [batch, channels]. */
  readonly channels: number
  /** Input pixels per step of its map; absent where it is a vector. */
  readonly stride?: number | undefined
}

/** Layers that train at one rate, from the input on. */
export interface LayerGroup {
  readonly name: string
  /** Names of the weights in it, as the weights file has them. */
  readonly parameters: readonly string[]
}

/**
 * How bytes 0 to 255 become what the network was trained on: `(byte - mean) / std` by channel, in the order in which the
 * network takes them.
 */
export interface Preprocessing {
  readonly mean: readonly [number, number, number]
  readonly std: readonly [number, number, number]
  /** R, G, B where absent. */
  readonly channels?: 'rgb' | 'bgr' | undefined
}

/** Where a network's weights are from, and under which terms. */
export interface Origin {
  /** SPDX identifier. */
  readonly licence: string
  /** Where the weights come from, in a sentence. */
  readonly source: string
}

export interface TrunkOptions {
  /** Layers wanted; what only others need is left out of the graph. All when absent. */
  readonly layers?: readonly string[] | undefined
}

export interface NetworkOptions extends TrunkOptions {
  /** Side of the square photos, in pixels. */
  readonly size: number
  /** Photos per step: a number, which training needs, or a name (`'batch'`) for any. */
  readonly batch: number | string
}

/** What a network is, whatever its weights. */
export interface BackboneDescription {
  readonly name: string
  /** Side in pixels of the square photos it was trained on; other sizes work too. */
  readonly inputSize: number
  readonly preprocessing: Preprocessing
  /** Where features can be taken, from the input on. */
  readonly layers: readonly BackboneLayer[]
  /** Early layers, then late ones; a new head makes the article's three. */
  readonly groups: readonly LayerGroup[]
}

/** A pretrained network without its classifier. */
export interface Backbone extends BackboneDescription, Origin {
  /** SHA-256 of the weights file, in hex: features are only comparable when it is the same. */
  readonly id: string
  /** What one must know of how the file is used, as sentences; absent where there is nothing. */
  readonly notices?: readonly string[] | undefined
  /**
   * Adds the network to a graph, with its weights as constants and batch norm folded into them.
   *
   * @param image float32 [batch, 3, height, width], preprocessed.
   * @returns each wanted layer's map, float32 [batch, channels, ceil(height / stride), ceil(width / stride)], by name.
   */
  trunk(builder: GraphBuilder, image: Value, options?: TrunkOptions): Map<string, Value>
  /**
   * The network as it is trained: input `image` float32 [batch, 3, size, size], preprocessed; an output for each wanted
   * layer, by its name, shaped as {@link trunk} gives it. Weights are float32 initializers under the names that
   * {@link BackboneDescription.groups} lists; batch norm is apart, its running statistics initializers too.
   *
   * @throws ChiquitoError `usage` for a size or batch out of range, or a layer that the network does not have.
   */
  network(options: NetworkOptions): Graph
  /**
   * Adds the classifier the network was trained with, where the weights file has it: ImageNet's 1000 classes.
   *
   * @param map the last layer's map.
   * @returns logits float32 [batch, 1000].
   */
  classifier(builder: GraphBuilder, map: Value): Value
}
