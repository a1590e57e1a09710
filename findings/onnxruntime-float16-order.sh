#!/usr/bin/env bash
# onnxruntime 1.32.0, onnxruntime.transformers.float16.convert_float_to_float16 with keep_io_types=True.
#
# Behaviour: the nodes that cast inputs are put at the end of the list, behind the nodes that read them: no legal ONNX any more.
#            onnx.checker refuses the file, onnxruntime loads it all the same.
# Guess:     a converter writes legal files, nodes in the order that the specification demands.
# Seen:      Relu reads graph_input_cast_0, which comes later; checker: ValidationError; onnxruntime: [0.0, 1.0]
# Source:    onnxruntime/python/tools/transformers/float16.py: "model.graph.node.extend" for the casts of inputs
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv || exit 2
venv/bin/pip install --quiet onnxruntime==1.32.0 onnx==1.23.2 numpy packaging sympy || exit 2

cat > look.py <<'EOF_PY'
import logging

logging.disable(logging.WARNING)
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from onnxruntime.transformers.float16 import convert_float_to_float16

ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in "xy"]
graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", ends[:1], ends[1:])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
small = convert_float_to_float16(model, keep_io_types=True)
known = {"x"}
for node in small.graph.node:
    for value in node.input:
        if value not in known:
            print(f"{node.op_type} reads {value}, which comes later")
    known.update(node.output)
try:
    onnx.checker.check_model(small)
    print("checker: fine")
except Exception as error:
    print(f"checker: {type(error).__name__}")
session = onnxruntime.InferenceSession(small.SerializeToString(), providers=["CPUExecutionProvider"])
print("onnxruntime:", session.run(None, {"x": np.array([-1, 1], np.float32)})[0].tolist())
EOF_PY
venv/bin/python look.py 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
Relu reads graph_input_cast_0, which comes later
checker: ValidationError
onnxruntime: [0.0, 1.0]
EOF_STATED
diff stated seen && echo 'as stated'
