import { float32, type Tensor } from '../../../core/index.js'
import { keptColumns, type LinearModel, type Standardization } from '../../logistic/index.js'

/** A model of standardised columns as one of the columns themselves, its logits divided by the temperature. */
export function unstandardized(
  { weight, bias }: LinearModel,
  { mean, scale }: Standardization,
  temperature: number,
): Map<string, Tensor<'float32'>> {
  const width = scale.length
  const kept = keptColumns(scale)
  const classes = bias.length
  const weights = new Float32Array(classes * width)
  const biases = new Float32Array(classes)
  for (let k = 0; k < classes; k++) {
    let sum = bias[k]
    for (let i = 0; i < kept.length; i++) {
      const j = kept[i]
      const w = weight[k * kept.length + i] * scale[j]
      weights[k * width + j] = w / temperature
      sum -= w * mean[j]
    }
    biases[k] = sum / temperature
  }
  return new Map([
    ['linear.weight', float32(weights, [classes, width])],
    ['linear.bias', float32(biases)],
  ])
}
