import type { RecipeOptions } from './recipe.js'

/**
 * Seconds that work takes on two cores of a server, with the embedded network at its own size. They need not be right: what
 * counts is how they compare, as soon as some of the work is measured (docs/decisions/0088-time.md).
 */
const seconds = {
  /** Reading and shrinking a photo. */
  photo: 0.004,
  /** One view through the network, and through what comes before its last layers. */
  view: 0.007,
  keptView: 0.0055,
  /** A step of eight photos through the last layers, or all; and a photo judged by the last layers. */
  lastStep: 0.078,
  wholeStep: 0.25,
  judged: 0.003,
} as const

/** Weights of the embedded network, and the side of what it sees. */
const ownWeights = 3.4e6
const ownSide = 224

/** What work with a network takes, each in seconds. */
export type UsualCosts = Readonly<Record<keyof typeof seconds, number>>

/** As larger networks and photos are slower: about as much as they have more weights and pixels. */
export function usualCosts({ backbone, size = backbone.inputSize }: RecipeOptions): UsualCosts {
  const { initializers } = backbone.network({ size, batch: 1 })
  let weights = 0
  for (const { parameters } of backbone.groups)
    for (const name of parameters) weights += initializers.get(name)?.data.length ?? 0
  const times = (weights / ownWeights) * (size / ownSide) ** 2
  const { photo, ...network } = seconds
  const scaled = (name: keyof typeof network) => network[name] * times
  return {
    photo,
    view: scaled('view'),
    keptView: scaled('keptView'),
    lastStep: scaled('lastStep'),
    wholeStep: scaled('wholeStep'),
    judged: scaled('judged'),
  }
}
