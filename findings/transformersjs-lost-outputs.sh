#!/usr/bin/env bash
# @huggingface/transformers 4.3.2 (transformers.js) in Node: the answer of a model for image classification.
#
# Behaviour: what a file answers besides `logits` loses its name: the class of the task puts the tensors of all other outputs, in the
#            order of the file, into a list called `attentions`. `AutoModel` on the same folder answers by name.
# Guess:     the answer has each output under its name; of other outputs at most those are lost that the class does not know.
# Seen:      AutoModelForImageClassification: logits, attentions (1); AutoModel: logits, known
# Source:    src/models/modeling_outputs.js, SequenceClassifierOutput: `constructor({ logits, ...attentions })`
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet onnx==1.23.2 || exit 2
echo '{ "private": true, "type": "module" }' > package.json
# The script of its onnxruntime-node fetches libraries for CUDA, which are not needed.
npm install --silent --no-audit --no-fund --ignore-scripts @huggingface/transformers@4.3.2 || exit 2

mkdir -p model/onnx
cat > make.py <<'EOF_PY'
import onnx
from onnx import TensorProto, helper

nodes = [
    helper.make_node('GlobalAveragePool', ['pixel_values'], ['mean']),
    helper.make_node('Flatten', ['mean'], ['logits']),
    helper.make_node('ReduceMax', ['logits'], ['known'], axes=[1], keepdims=0),
]
value = helper.make_tensor_value_info
graph = helper.make_graph(
    nodes, 'g', [value('pixel_values', TensorProto.FLOAT, ['batch', 3, 'height', 'width'])],
    [value('logits', TensorProto.FLOAT, ['batch', 3]), value('known', TensorProto.FLOAT, ['batch'])],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7)
onnx.checker.check_model(model, full_check=True)
onnx.save(model, 'model/onnx/model.onnx')
EOF_PY
cat > model/config.json <<'EOF_JSON'
{ "model_type": "efficientnet", "id2label": { "0": "a", "1": "b", "2": "c" }, "transformers.js_config": { "dtype": "fp32" } }
EOF_JSON
cat > look.js <<'EOF_JS'
import { AutoModel, AutoModelForImageClassification, env, Tensor } from '@huggingface/transformers'

env.allowRemoteModels = false
env.localModelPath = '.'
const pixel_values = new Tensor('float32', new Float32Array(3 * 4 * 4).fill(0.5), [1, 3, 4, 4])
for (const [name, kind] of Object.entries({ AutoModelForImageClassification, AutoModel })) {
  const model = await kind.from_pretrained('model')
  const answer = await model({ pixel_values })
  const named = Object.entries(answer).map(([key, value]) => (Array.isArray(value) ? `${key} (${value.length})` : key))
  console.log(`${name}: ${named.join(', ')}`)
}
EOF_JS
venv/bin/python make.py
node look.js 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
AutoModelForImageClassification: logits, attentions (1)
AutoModel: logits, known
EOF_STATED
diff stated seen && echo 'as stated'
