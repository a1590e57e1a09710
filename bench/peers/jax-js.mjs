// jax-js's side of `bench step`: full steps of EfficientNet-Lite0, read from an ONNX file that has its weights as inputs.
//
//   jax-js.mjs plain|jit NETWORK.onnx WEIGHTS.json WEIGHTS.bin BATCH SIZE
import { readFileSync } from 'node:fs'
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax'
import { ONNXModel } from '@jax-js/onnx'
import { classes, image, momentum, rate, serve, targets } from './common.mjs'

const [form, file, list, data, ...numbers] = process.argv.slice(2)
const [batch, size] = numbers.map(Number)
// Asked for by name: to look for the GPU, it reads a global that not every Node has.
await init('wasm')
defaultDevice('wasm')

const model = new ONNXModel(new Uint8Array(readFileSync(file)))
const bytes = readFileSync(data)
let weights = {}
let velocities = {}
for (const { name, shape, offset, length } of JSON.parse(readFileSync(list, 'utf8'))) {
  const values = new Float32Array(
    bytes.buffer.slice(bytes.byteOffset + 4 * offset, bytes.byteOffset + 4 * (offset + length)),
  )
  weights[name] = np.array(values, { shape })
  velocities[name] = np.zeros(shape)
}
const x = np.array(image(batch, size), { shape: [batch, 3, size, size] })
const labels = np.array(targets(batch), { shape: [batch, classes] })

function lossOf(parameters) {
  const { logits } = model.run({ image: x.ref, ...parameters })
  return nn
    .logSoftmax(logits)
    .mul(labels.ref)
    .sum()
    .mul(-1 / batch)
}

const gradients = form === 'jit' ? jit(valueAndGrad(lossOf)) : valueAndGrad(lossOf)

await serve('jax-js on WebAssembly', async () => {
  // Arrays are used up by what they are given to; `ref` keeps them.
  const [loss, grads] = gradients(tree.ref(weights))
  for (const name of Object.keys(weights)) {
    velocities[name] = velocities[name].mul(momentum).add(grads[name])
    weights[name] = weights[name].sub(velocities[name].ref.mul(rate))
  }
  weights = await blockUntilReady(weights)
  velocities = await blockUntilReady(velocities)
  return loss.js()
})
