// Run by test/blocks-of-eight.test.ts on another processor, from the build: plain JavaScript, which needs no loader there.
// Prints { block, worst }: the size of the runtime's blocks (null where it has none), and the largest difference of a small
// network's gradients, lowered, from those of the plain form, relative to the largest value of each.
import { differentiate, Emitter, expandComposites } from '../../dist/autodiff/index.js'
import { float32, RandomStream, scalar, sizeOf } from '../../dist/core/index.js'
import { Session } from '../../dist/engine/index.js'
import { blockSize, lowerGraph } from '../../dist/lowering/index.js'
import { GraphBuilder, model } from '../../dist/onnx/index.js'

const builder = new GraphBuilder('small')
const e = new Emitter(builder)
const names = []

function conv(x, out, kernel, stride, group = 1) {
  const w = builder.input(`w${names.length}`, 'float32', [
    out,
    builder.staticShape(x)[1] / group,
    kernel,
    kernel,
  ])
  names.push(w)
  const pad = Math.floor(kernel / 2)
  return builder.op('Conv', [x, w], { group, strides: [stride, stride], pads: [pad, pad, pad, pad] })
}

const six = [scalar(0), scalar(6)].map(bound => builder.constant(bound))
const image = builder.input('x', 'float32', [2, 3, 25, 23])
const stem = builder.op('Relu', [conv(image, 20, 5, 2)])
const pooled = builder.op('MaxPool', [stem], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })
const wide = builder.op('Clip', [conv(pooled, 40, 1, 1), ...six])
const deep = builder.op('Clip', [conv(wide, 40, 3, 2, 40), ...six])
const narrow = conv(deep, 24, 3, 1)
const y = builder.op('Add', [narrow, conv(narrow, 24, 3, 1)])
const weight = builder.input('weight', 'float32', builder.staticShape(y))
const grads = differentiate(builder, e.reduceSum(e.mul(y, weight), undefined, false), names)
for (const [name, grad] of grads) builder.output(grad, `grad.${name}`)
const graph = builder.build()

const random = RandomStream.fromSeed(1)
const feeds = Object.fromEntries(
  Array.from(graph.inputs, ([name, { shape }]) => {
    const scale = name.startsWith('w') && name !== 'weight' ? 1 / Math.sqrt(sizeOf(shape.slice(1))) : 1
    return [
      name,
      float32(
        Float32Array.from({ length: sizeOf(shape) }, () => scale * random.normal()),
        shape,
      ),
    ]
  }),
)

async function run(form) {
  const session = await Session.open(model(form), { threads: 1 })
  const results = await session.run(feeds)
  await session.close()
  return results
}

const notices = []
const lowered = await run(await lowerGraph(graph, { notice: message => notices.push(message) }))
const plain = await run(expandComposites(graph))
let worst = 0
for (const [name, { data }] of Object.entries(plain)) {
  const most = data.reduce((a, b) => Math.max(a, Math.abs(b)), 0)
  for (const [i, value] of data.entries()) {
    const off = Math.abs(value - lowered[name].data[i]) / most
    // NaN must not look small.
    if (!(off <= worst)) worst = off
  }
}
process.stdout.write(`${JSON.stringify({ block: (await blockSize()) ?? null, worst, notices })}\n`)
