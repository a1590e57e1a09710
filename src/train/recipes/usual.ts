import type { RecipeOptions } from './recipe.js'

/**
 * Seconds that work takes on two cores of a server, with the embedded network at its own size. They need not be right: what
 * counts is how they compare, as soon as some of the work is measured (docs/decisions/0088-time.md).
 */
const seconds = {
  /** Reading and shrinking a photo; and one whose views vary, so that it cannot be shrunk as much. */
  photo: 0.003,
  variedPhoto: 0.006,
  /** One view through the network; and a varied one through what comes before its last layers. */
  view: 0.0045,
  keptView: 0.006,
  /** A step of eight photos through the last layers, or all; and a photo judged by the last layers. */
  lastStep: 0.078,
  wholeStep: 0.25,
  judged: 0.003,
} as const

/** What work with the embedded network at its own size takes, each in seconds. */
export const embeddedCosts: UsualCosts = seconds

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
  const { photo, variedPhoto, ...network } = seconds
  const scaled = (name: keyof typeof network) => network[name] * times
  return {
    photo,
    variedPhoto,
    view: scaled('view'),
    keptView: scaled('keptView'),
    lastStep: scaled('lastStep'),
    wholeStep: scaled('wholeStep'),
    judged: scaled('judged'),
  }
}
