import type { Runtime } from './runtime.js'

// onnxruntime-node 1.30 copies every output of a run into fresh memory, also those that the run has just written into memory
// given; the copies are then thrown away (docs/decisions/0085-outputs-are-not-copied.md). It goes through the outputs in the
// graph's order and gives up at the first that is no tensor. So a graph whose results all go into memory given has a first
// output that is an empty list: the run is done, nothing is copied, and an error says so.

/** The output that is an empty list. */
export const written = 'chiquito.written'

/** Whether an error of a run that asked for {@link written} says that the run is done. */
export function isWritten(error: unknown): boolean {
  return error instanceof Error && error.message === 'Non tensor type is temporarily not supported.'
}

let known: Promise<boolean> | undefined

/** Whether this runtime does all that, found out once: else results are written as ever, and copied. */
export function canSkipCopies(runtime: Runtime): Promise<boolean> {
  known ??= tried(runtime)
  return known
}

async function tried({ InferenceSession, Tensor }: Runtime): Promise<boolean> {
  const { GraphBuilder, model, writeModel } = await import('../onnx/index.js')
  const builder = new GraphBuilder('written')
  builder.output(builder.op('Neg', [builder.input('x', 'float32', [2])]), 'y')
  try {
    const session = await InferenceSession.create(
      writeModel(model(builder.build()), { emptyList: written }),
      { logSeverityLevel: 4, intraOpNumThreads: 1 },
    )
    const y = new Float32Array(2)
    const x = new Tensor('float32', Float32Array.of(1, -2), [2])
    const fetches = { [written]: null, y: new Tensor('float32', y, [2]) }
    const error: unknown = await session.run({ x }, fetches).catch((thrown: unknown) => thrown)
    await session.release()
    return isWritten(error) && y[0] === -1 && y[1] === 2
  } catch {
    return false
  }
}
