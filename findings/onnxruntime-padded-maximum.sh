#!/usr/bin/env bash
# onnxruntime-node 1.30.0, graph optimisation as it is by default.
#
# Behaviour: a Pad with zeros before MaxPool is put into the pooling's own padding, which never wins a maximum: where all of
#            a window is negative, the answer is that negative number and not zero. No warning; wrong values.
# Guess:     what an optimiser does to a legal graph leaves its values as they are.
# Seen:      by definition [0,0,0,-1] (as with optimisation off), by default [-1,-1,-1,-1]; right with "Pad_Fusion" off.
# Source:    onnxruntime/core/optimizer/pad_fusion.cc, for MaxPool (added with pull request 18136)
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts onnxruntime-node@1.30.0 onnx-proto@4.0.4 > /dev/null || exit 2

cat > look.cjs <<'EOF_JS'
const ort = require('onnxruntime-node')
const { onnx } = require('onnx-proto')
const ints = (name, ints) => ({ name, type: 7, ints })
const type = dims => ({ tensorType: { elemType: 1, shape: { dim: dims.map(dimValue => ({ dimValue })) } } })
const file = onnx.ModelProto.encode(onnx.ModelProto.create({
  irVersion: 8,
  opsetImport: [{ domain: '', version: 17 }],
  graph: {
    name: 'g',
    node: [
      { opType: 'Pad', input: ['x', 'pads'], output: ['wide'] },
      { opType: 'MaxPool', input: ['wide'], output: ['y'], attribute: [ints('kernel_shape', [3, 3]), ints('strides', [2, 2])] },
    ],
    initializer: [{ name: 'pads', dims: [8], dataType: 7, int64Data: [0, 0, 1, 1, 0, 0, 1, 1] }],
    input: [{ name: 'x', type: type([1, 1, 4, 4]) }],
    output: [{ name: 'y', type: type([1, 1, 2, 2]) }],
  },
})).finish()
const off = { extra: { optimization: { disable_specified_optimizers: 'Pad_Fusion' } } }
const ways = { 'optimisation off': { graphOptimizationLevel: 'disabled' }, 'by default': {}, 'Pad_Fusion off': off }
const look = async () => {
  const x = new ort.Tensor('float32', new Float32Array(16).fill(-1), [1, 1, 4, 4])
  for (const [way, options] of Object.entries(ways)) {
    const session = await ort.InferenceSession.create(file, options)
    console.log(`${way}: ${[...(await session.run({ x })).y.data]}`)
  }
}
look()
EOF_JS
node look.cjs 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
optimisation off: 0,0,0,-1
by default: -1,-1,-1,-1
Pad_Fusion off: 0,0,0,-1
EOF_STATED
diff stated seen && echo 'as stated'
