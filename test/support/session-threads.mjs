// A model on threads, and the same model alone: prints what both say, and how wrong feeds are refused. Nothing is closed but
// what is said to be, so that it shows whether threads keep a process alive.
import { float32 } from '../../dist/core/index.js'
import { Session, SessionThreads } from '../../dist/engine/index.js'
import { GraphBuilder, model } from '../../dist/onnx/index.js'

const builder = new GraphBuilder('squares')
const x = builder.input('x', 'float32', [2, 3])
builder.output(builder.op('Mul', [x, x]), 'y')
const squares = model(builder.build())

const asked = Array.from({ length: 12 }, (_, i) => Float32Array.from({ length: 6 }, (_, k) => i + k / 8))
const fed = values => ({ x: float32(Float32Array.from(values), [2, 3]) })
const session = await Session.open(squares)
const alone = []
for (const values of asked) alone.push([...(await session.run(fed(values))).y.data])
await session.close()

const threads = await SessionThreads.open(squares, 2)
const beside = (await Promise.all(asked.map(values => threads.run(fed(values))))).map(({ y }) => [...y.data])
const refused = await threads.run({ x: float32([1, 2, 3], [3]) }).catch(error => error)
const closed = await SessionThreads.open(squares, 2)
const pending = closed.run(fed(asked[0])).catch(error => error)
await closed.close()
const after = await closed.run(fed(asked[0])).catch(error => error)
await closed.close()
console.log(
  JSON.stringify({
    alone,
    beside,
    atOnce: threads.atOnce,
    refused: { code: refused.code, message: refused.message },
    pending: (await pending).code ?? 'done',
    after: after.message,
    single: (await SessionThreads.open(squares, 1)) === undefined,
  }),
)
