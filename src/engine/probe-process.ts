import { float32, messageOf } from '../core/index.js'
import { GraphBuilder, model, writeModel } from '../onnx/index.js'
import { loadRuntime } from './runtime.js'

// `node probe-process.js PROVIDER`: exit code 0 where the runtime has it; why not on standard output.

const builder = new GraphBuilder('a device')
const x = builder.input('x', 'float32', [1])
builder.output(builder.op('Add', [x, builder.constant(float32([1]))]), 'y')
try {
  const { InferenceSession } = await loadRuntime()
  await InferenceSession.create(writeModel(model(builder.build())), {
    executionProviders: [process.argv[2]],
    logSeverityLevel: 4,
  })
  process.exit(0)
} catch (error) {
  process.stdout.write(messageOf(error), () => process.exit(1))
}
