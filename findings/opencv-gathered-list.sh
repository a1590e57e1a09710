#!/usr/bin/env bash
# opencv-python-headless 4.12.0.88 beside 5.0.0.93, cv2.dnn.
#
# Behaviour: Gather of a list of numbers, [n], by positions [batch, 1] gives [1, batch, 1] instead of [batch, 1]: the list is held as a
#            matrix of one row, and the row stays in front. Nothing is said; a Reshape behind it puts it right. What is
#            compared with the result and added up along axis 1 is wrong.
# Guess:     a model that loads computes shapes as ONNX says.
# Seen:      4.12.0 (1, 1, 3), a sum over nothing; 5.0.0 (1, 1), the sum.
# Source:    opencv/modules/dnn/src/layers/gather_layer.cpp, getMemoryShapes; onnx_importer.cpp, parseGather
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet onnx==1.23.2 || exit 2
venv/bin/pip install --quiet --target four opencv-python-headless==4.12.0.88 'numpy<2.3' || exit 2
venv/bin/pip install --quiet --target five opencv-python-headless==5.0.0.93 || exit 2

cat > make.py <<'EOF_PY'
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

nodes = [
    helper.make_node('ArgMax', ['x'], ['taken'], axis=1, keepdims=1),
    helper.make_node('Gather', ['list', 'taken'], ['gathered']),
    helper.make_node('Equal', ['gathered', 'row'], ['same']),
    helper.make_node('Cast', ['same'], ['number'], to=TensorProto.FLOAT),
    helper.make_node('ReduceSum', ['number', 'axes'], ['sum'], keepdims=1),
]
weights = {
    'list': np.array([3, 4], np.float32), 'row': np.array([[3, 4, 4]], np.float32), 'axes': np.array([1], np.int64),
}
graph = helper.make_graph(
    nodes, 'g', [helper.make_tensor_value_info('x', TensorProto.FLOAT, ['batch', 2])],
    [helper.make_tensor_value_info('sum', TensorProto.FLOAT, ['batch', 1])],
    [numpy_helper.from_array(value, name) for name, value in weights.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7)
onnx.checker.check_model(model, full_check=True)
onnx.save(model, 'model.onnx')
EOF_PY
cat > look.py <<'EOF_PY'
import cv2
import numpy as np

net = cv2.dnn.readNetFromONNX('model.onnx')
net.setInput(np.array([[1, 0]], np.float32))
total = net.forward('sum')
print(cv2.__version__, total.shape, total.ravel().tolist())
EOF_PY
venv/bin/python make.py
for packages in four five; do PYTHONPATH="$packages" venv/bin/python look.py; done 2> errors | tee seen

cat > stated <<'EOF_STATED'
4.12.0 (1, 1, 3) [1.0, 0.0, 0.0]
5.0.0 (1, 1) [1.0]
EOF_STATED
diff stated seen && echo 'as stated'
