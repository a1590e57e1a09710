import path from 'node:path'
import type { Backbone, Preprocessing } from '../backbones/index.js'
import type { Dataset } from '../dataset/index.js'
import type { RunDetails } from '../run/index.js'
import { type Recipe, versions } from '../train/index.js'
import type { RunOptions } from './train-options.js'

/** What a run records of how it was asked for. */
export function detailsOf(
  options: RunOptions,
  recipe: Recipe,
  backbone: Backbone,
  dataset: Dataset,
): RunDetails {
  const { seed = 0, size, fineTune, epochs, coverage, validFraction, preprocessing, device = 'cpu' } = options
  const { background, budget, sharedBudget, manifest, followLinks, labelsFrom } = options
  const { name, id, inputSize } = backbone
  return {
    seed,
    recipe: recipe.name,
    backbone: { name, id, inputSize, preprocessing: recordOf(backbone) },
    dataset: { root: dataset.root, fingerprint: dataset.fingerprint, labels: [...dataset.labels] },
    configuration: {
      backbone: options.backbone,
      preprocessing,
      size,
      fineTune,
      epochs,
      budget,
      sharedBudget,
      coverage,
      validFraction,
      background: background === undefined ? undefined : path.resolve(background),
      manifest: manifest === undefined ? undefined : path.resolve(manifest),
      followLinks,
      labelsFrom,
      device,
    },
    versions: versions(),
  }
}

function recordOf({ preprocessing: { mean, std, channels = 'rgb' } }: Backbone): Preprocessing {
  return { mean, std, channels }
}
