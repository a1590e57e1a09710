import { float32, sizeOf } from '../core/index.js'
import type { GraphBuilder, Value } from '../onnx/index.js'

/** Constants of a lowered graph that several places share: index tables and zeros. */
export class Tables {
  private readonly made = new Map<string, Value>()

  constructor(private readonly builder: GraphBuilder) {}

  /** [length] int32, half the memory of int64: the same for the same key. */
  indices(key: string, make: () => readonly number[]): Value {
    return this.once(`indices ${key}`, () => {
      const data = Int32Array.from(make())
      return this.builder.constant({ dtype: 'int32', shape: [data.length], data })
    })
  }

  zeros(shape: readonly number[]): Value {
    return this.filled(0, shape)
  }

  filled(value: number, shape: readonly number[]): Value {
    return this.once(`filled ${value} ${shape}`, () =>
      this.builder.constant(float32(new Float32Array(sizeOf(shape)).fill(value), shape)),
    )
  }

  private once(key: string, make: () => Value): Value {
    const found = this.made.get(key)
    if (found !== undefined) return found
    const value = make()
    this.made.set(key, value)
    return value
  }
}
