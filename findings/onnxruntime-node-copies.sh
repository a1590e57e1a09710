#!/usr/bin/env bash
# onnxruntime-node 1.30.0.
#
# Behaviour: outputs that are written into tensors given (`session.run(feeds, fetches)`) are copied once more after the run, into
#            fresh memory, and what comes back holds the copies. For a training step that is all weights at every step.
# Guess:     a tensor given for an output saves the memory and the copy, and is what comes back.
# Seen:      the tensor given holds the result; what comes back has other memory, and 64 MB were allocated for it.
# Source:    js/node/src/inference_session_wrap.cc and tensor_helper.cc (`OrtValueToNapiValue`); pull request 32346 is to change it
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts onnxruntime-node@1.30.0 onnx-proto@4.0.4 > /dev/null || exit 2

cat > look.cjs <<'EOF_JS'
const ort = require('onnxruntime-node')
const { onnx } = require('onnx-proto')
const length = 2 ** 24
const type = { tensorType: { elemType: 1, shape: { dim: [{ dimValue: length }] } } }
const file = onnx.ModelProto.encode(onnx.ModelProto.create({
  irVersion: 8,
  opsetImport: [{ domain: '', version: 17 }],
  graph: {
    name: 'g',
    node: [{ opType: 'Neg', input: ['x'], output: ['y'] }],
    input: [{ name: 'x', type }],
    output: [{ name: 'y', type }],
  },
})).finish()
const tensor = value => new ort.Tensor('float32', new Float32Array(length).fill(value), [length])
const look = async () => {
  const session = await ort.InferenceSession.create(file)
  const [x, y] = [tensor(1), tensor(0)]
  const before = process.memoryUsage().arrayBuffers
  const back = await session.run({ x }, { y })
  const grown = process.memoryUsage().arrayBuffers - before
  console.log(`given: ${y.data[length - 1]}`)
  console.log(`back: ${back.y.data[length - 1]}, ${back.y.data.buffer === y.data.buffer ? 'the same' : 'other'} memory`)
  console.log(`allocated: ${Math.round(grown / 2 ** 20)} MB`)
}
look()
EOF_JS
node look.cjs 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
given: -1
back: -1, other memory
allocated: 64 MB
EOF_STATED
diff stated seen && echo 'as stated'
