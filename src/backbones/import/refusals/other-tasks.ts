import { ChiquitoError } from '../../../core/index.js'
import type { Dim, Graph, Value } from '../../../onnx/index.js'
import { isNamedAsFeatures } from '../ending/index.js'

/**
 * Refuses networks that look at photos for something else than what is in them as a whole: those that find objects, and
 * those that give a picture. They are told by their outputs, by what Ultralytics writes into the file, and by an operator
 * that only detectors have.
 *
 * @param outputs the network's outputs for photos of `size`.
 */
export function refuseOtherTasks(
  { nodes, outputs }: Graph,
  metadata: ReadonlyMap<string, string>,
  size: number,
  file: string,
): void {
  const refuse = (what: string, instead: string) => {
    throw new ChiquitoError(
      'model',
      `${file} cannot be a backbone: it is a network that ${what}. Expected one that classifies photos, or gives features of them${instead}.`,
    )
  }
  const shown = [...outputs].map(([name, { shape }]) => `${name} [${shape?.join(', ')}]`).join(', ')
  const task = metadata.get('task')
  if (task !== undefined && metadata.has('stride') && task !== 'classify')
    refuse(`finds objects (its metadata says "task: ${task}")`, ', such as the -cls ones of Ultralytics')
  const suppression = nodes.find(({ op }) => op === 'NonMaxSuppression')
  const hasBoxes = [...outputs].some(([name, { shape }]) => isOfBoxes(name, shape ?? [], size))
  if (suppression || hasBoxes)
    refuse(
      `finds objects (${suppression ? 'it has a NonMaxSuppression' : `its outputs are ${shown}`})`,
      '; of a detector, export the backbone alone',
    )
  if ([...outputs].every(([name, { shape }]) => isPicture(name, shape ?? [], size)))
    refuse(`gives a picture or a mask (${shown})`, '; of a network that segments, export the encoder alone')
}

/** Boxes by name, or as many rows as a detector has places to look at: on maps of 8, 16, 32 (and 64, or 4) pixels a step. */
function isOfBoxes(name: Value, shape: readonly Dim[], size: number): boolean {
  if (/(^|_|\.)(pred_)?(b?box(es)?|anchors?|dets?|detections?|num_dets)($|_|\.|\d)/i.test(name)) return true
  // A few patches, a class token and registers are as many rows as some small detector's.
  if (shape.length !== 3 || isNamedAsFeatures(name)) return false
  const steps = [
    [8, 16, 32],
    [4, 8, 16, 32],
    [8, 16, 32, 64],
    [16, 32],
    [8, 16, 32, 64, 128],
  ]
  const places = steps.map(list => list.reduce((sum, step) => sum + Math.ceil(size / step) ** 2, 0))
  return shape.slice(1).some(dim => places.some(count => dim === count || dim === 3 * count))
}

/** Of the photo's own size, or half of it; of a map that is called scores or a mask, any size. */
function isPicture(name: Value, shape: readonly Dim[], size: number): boolean {
  const sides = shape.slice(shape[1] === shape[2] ? 1 : 2).slice(0, 2)
  const least = /logit|score|mask|seg/i.test(name) ? 2 : size / 2
  return shape.length === 4 && sides.length === 2 && sides.every(side => Number(side) >= least)
}
