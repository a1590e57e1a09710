import { readModel, writeModel } from '../../src/onnx/index.js'

/** A model file with one bit of its largest weight turned over: too little for its golden photos to show it. */
export function withOtherBit(file: Uint8Array): Uint8Array {
  const model = readModel(file, 'the model')
  const [{ data }] = [...model.graph.initializers.values()].sort((a, b) => b.data.length - a.data.length)
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)[1000] ^= 1
  return writeModel(model)
}
