#!/usr/bin/env bash
# onnx 1.23.2, its ReferenceEvaluator, NumPy 2.4.6.
#
# Behaviour: BatchNormalization of operator sets 9 to 13 with its one output, which the specification calls test mode, is computed
#            as in training: a tenth of the statistics are those of the batch at hand. The same node in operator set 14 or 15
#            is right. onnx.checker passes both, and onnxruntime gives the same for both.
# Guess:     the reference evaluator computes what the specification says.
# Seen:      of [0, 10] with mean 0 and variance 1: [0, 10] in operator set 14 and in onnxruntime, [-0.27, 5.15] in 13.
# Source:    onnx/reference/ops/op_batch_normalization.py, BatchNormalization_9; docs/Changelog.md, BatchNormalization-9
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet onnx==1.23.2 numpy==2.4.6 onnxruntime==1.32.0 || exit 2

cat > look.py <<'EOF_PY'
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

x = np.array([[0], [10]], np.float32)
one, zero = np.ones(1, np.float32), np.zeros(1, np.float32)
for opset in (13, 14):
    graph = helper.make_graph(
        [helper.make_node('BatchNormalization', ['x', 'scale', 'bias', 'mean', 'variance'], ['y'], epsilon=0.0)],
        'g',
        [helper.make_tensor_value_info('x', TensorProto.FLOAT, [2, 1])],
        [helper.make_tensor_value_info('y', TensorProto.FLOAT, [2, 1])],
        [onnx.numpy_helper.from_array(v, n) for n, v in [('scale', one), ('bias', zero), ('mean', zero), ('variance', one)]],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=7)
    onnx.checker.check_model(model, full_check=True)
    reference = ReferenceEvaluator(model).run(None, {'x': x})[0].ravel()
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=['CPUExecutionProvider'])
    told = [round(float(value), 2) for value in reference]
    print(f'{opset}: reference {told}, onnxruntime {session.run(None, {"x": x})[0].ravel().tolist()}')
EOF_PY
venv/bin/python look.py | tee seen

cat > stated <<'EOF_STATED'
13: reference [-0.27, 5.15], onnxruntime [0.0, 10.0]
14: reference [0.0, 10.0], onnxruntime [0.0, 10.0]
EOF_STATED
diff stated seen && echo 'as stated'
