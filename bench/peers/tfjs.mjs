// TensorFlow.js's side of `bench step`: full steps of EfficientNet-Lite0 with the same weights.
//
//   tfjs.mjs cpu|wasm|tensorflow WEIGHTS.safetensors BATCH SIZE
import { readFileSync } from 'node:fs'
import { classes, headWeight, image, momentum, rate, serve, targets } from './common.mjs'

const [backend, file, ...numbers] = process.argv.slice(2)
const [batch, size] = numbers.map(Number)
const tf =
  backend === 'tensorflow'
    ? (await import('@tensorflow/tfjs-node')).default
    : await import('@tensorflow/tfjs')
if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm')
await tf.setBackend(backend)
await tf.ready()

// Blocks, kernel, stride, expansion, channels.
const stages = [
  [1, 3, 1, 1, 16],
  [2, 3, 2, 6, 24],
  [2, 5, 2, 6, 40],
  [3, 3, 2, 6, 80],
  [3, 5, 1, 6, 112],
  [4, 5, 2, 6, 192],
  [1, 3, 1, 6, 320],
]

const weights = readWeights(file)
const layers = new Map()

/** A convolution with its batch norm in evaluation mode; convolution weights become [h, w, in, out]. */
function layer(name, norm, stride, { depthwise = false, activated = true } = {}) {
  const order = depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0]
  layers.set(name, {
    stride,
    depthwise,
    activated,
    weight: tf.variable(weights.get(`${name}.weight`).transpose(order)),
    gamma: tf.variable(weights.get(`${norm}.weight`)),
    beta: tf.variable(weights.get(`${norm}.bias`)),
    mean: weights.get(`${norm}.running_mean`),
    variance: weights.get(`${norm}.running_var`),
  })
}

function apply(name, x) {
  const { weight, gamma, beta, mean, variance, stride, depthwise, activated } = layers.get(name)
  const convolved = depthwise
    ? tf.depthwiseConv2d(x, weight, stride, 'same')
    : tf.conv2d(x, weight, stride, 'same')
  const normalised = tf.batchNorm(convolved, mean, variance, beta, gamma, 1e-3)
  return activated ? tf.relu6(normalised) : normalised
}

const blocks = []
let inputs = 32
for (const [count, , stride, expansion, outputs] of stages)
  for (let i = 0; i < count; i++) {
    const name = `_blocks.${blocks.length}.`
    const block = { name, expands: expansion > 1, adds: (i > 0 || stride === 1) && inputs === outputs }
    if (block.expands) layer(`${name}_expand_conv`, `${name}_bn0`, 1)
    layer(`${name}_depthwise_conv`, `${name}_bn1`, i === 0 ? stride : 1, { depthwise: true })
    layer(`${name}_project_conv`, `${name}_bn2`, 1, { activated: false })
    blocks.push(block)
    inputs = outputs
  }
layer('_conv_stem', '_bn0', 2)
layer('_conv_head', '_bn1', 1)
const head = tf.variable(tf.tensor(headWeight(1280), [classes, 1280]).transpose())
const bias = tf.variable(tf.zeros([classes]))

function logits(x) {
  let map = apply('_conv_stem', x)
  for (const { name, expands, adds } of blocks) {
    const wide = expands ? apply(`${name}_expand_conv`, map) : map
    const narrow = apply(`${name}_project_conv`, apply(`${name}_depthwise_conv`, wide))
    map = adds ? tf.add(map, narrow) : narrow
  }
  return tf.add(tf.matMul(tf.mean(apply('_conv_head', map), [1, 2]), head), bias)
}

const x = tf.tensor(image(batch, size), [batch, 3, size, size]).transpose([0, 2, 3, 1])
const labels = tf.tensor(targets(batch), [batch, classes])
const optimizer = tf.train.momentum(rate, momentum)

await serve(`TensorFlow.js ${tf.version.tfjs}`, async () => {
  const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(labels, logits(x)), true)
  const [value] = await loss.data()
  loss.dispose()
  return value
})

/** The tensors of a safetensors file, half floats widened. */
function readWeights(path) {
  const bytes = readFileSync(path)
  const start = 8 + Number(bytes.readBigUInt64LE(0))
  const header = Object.entries(JSON.parse(bytes.subarray(8, start).toString()))
  return new Map(
    header
      .filter(([name]) => name !== '__metadata__')
      .map(([name, { dtype, shape, data_offsets: offsets }]) => {
        const [from, to] = offsets.map(at => start + at)
        const width = dtype === 'F16' ? 2 : 4
        const values = Float32Array.from({ length: (to - from) / width }, (_, i) =>
          width === 2 ? fromHalf(bytes.readUInt16LE(from + 2 * i)) : bytes.readFloatLE(from + 4 * i),
        )
        return [name, tf.tensor(values, shape)]
      }),
  )
}

function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
}
