import { float32 } from '../core/index.js'
import { Session } from '../engine/index.js'
import { GraphBuilder, model } from '../onnx/index.js'

/** The runtime's own domain of operators on blocked images; it is neither documented nor promised. */
export const nchwc = 'com.microsoft.nchwc'

/** Sizes that the lowering was made for and tested with. */
const knownSizes: readonly number[] = [8, 16]

let probed: Promise<number | undefined> | undefined

/**
 * How many channels the runtime's blocked layout keeps side by side on this processor: 16 with AVX-512, 8 with less;
 * undefined where it has no such layout. Asked of the runtime, once a process: an image of four channels comes back
 * with as many as one block has.
 */
export function blockSize(): Promise<number | undefined> {
  probed ??= probe()
  return probed
}

async function probe(): Promise<number | undefined> {
  const builder = new GraphBuilder('block-size')
  const x = builder.input('x', 'float32', [1, 4, 1, 1])
  // The number of channels is what is asked for, so it is left open.
  const type = { dtype: 'float32', shape: [1, 'channels', 1, 1] } as const
  const [y] = builder.foreign({ op: 'ReorderInput', domain: nchwc, inputs: [x], attributes: {} }, [type])
  builder.output(y, 'y')
  try {
    const session = await Session.open(model(builder.build()), { threads: 1 })
    try {
      const results = await session.run({ x: float32([1, 2, 3, 4], [1, 4, 1, 1]) })
      const size = results.y.data.length
      return knownSizes.includes(size) ? size : undefined
    } finally {
      await session.close()
    }
  } catch {
    // A runtime without these operators refuses the graph.
    return undefined
  }
}
