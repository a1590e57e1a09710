// Exits, with 7, while threads are inside the runtime.
import { float32 } from '../../dist/core/index.js'
import { SessionThreads } from '../../dist/engine/index.js'
import { GraphBuilder, model } from '../../dist/onnx/index.js'

const side = 512
const builder = new GraphBuilder('products')
let x = builder.input('x', 'float32', [side, side])
for (let i = 0; i < 20; i++) x = builder.op('MatMul', [x, x])
builder.output(x, 'y')
const threads = await SessionThreads.open(model(builder.build()), 2)
for (let i = 0; i < 40; i++) void threads.run({ x: float32(new Float32Array(side * side), [side, side]) })
setTimeout(() => process.exit(7), Number(process.argv[2]))
