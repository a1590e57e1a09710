// The page that a browser runs graphs in: onnxruntime-web, with what the test's server has.
import * as ort from '/ort/ort.wasm.min.mjs'

ort.env.wasm.wasmPaths = '/ort/'
ort.env.wasm.numThreads = 1

const arrays = { float32: Float32Array, uint8: Uint8Array, int64: BigInt64Array, bool: Uint8Array }

/**
 * Runs a model once. Feeds are read from the server by name and results are posted back to it; returns what came out:
 * name, element type, shape.
 */
globalThis.runModel = async (model, feeds) => {
  const bytes = async name => (await fetch(`/files/${encodeURIComponent(name)}`)).arrayBuffer()
  const session = await ort.InferenceSession.create(await bytes(model), { executionProviders: ['wasm'] })
  const given = {}
  for (const { name, dtype, shape } of feeds)
    given[name] = new ort.Tensor(dtype, new arrays[dtype](await bytes(name)), shape)
  const results = await session.run(given)
  const told = []
  for (const [name, { type, dims, data }] of Object.entries(results)) {
    await fetch(`/results/${encodeURIComponent(name)}`, { method: 'POST', body: data })
    told.push({ name, dtype: type, shape: [...dims] })
  }
  await session.release()
  return told
}
