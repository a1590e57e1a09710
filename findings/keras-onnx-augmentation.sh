#!/usr/bin/env bash
# Keras 3.15.1 with TensorFlow 2.21.0, model.export(format="onnx") of a model with augmentation layers inside.
#
# Behaviour: RandomFlip is exported as it acts in training, with a random number that ONNX has no operator for; the file is written
#            nevertheless, and no runtime opens it. Dropout is left out, as it should be.
# Guess:     the exported graph is that of inference: neither is in it.
# Seen:      random numbers are in it: StatelessRandomUniformV2
# Source:    https://github.com/keras-team/keras/issues/21346, https://github.com/onnx/tensorflow-onnx/issues/2395
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv || exit 2
venv/bin/pip install --quiet keras==3.15.1 tensorflow-cpu==2.21.0 tf2onnx==1.17.0 onnx==1.23.2 || exit 2

cat > look.py <<'EOF_PY'
import os

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
import keras
import numpy as np
import onnx

layers = keras.layers
model = keras.Sequential(
    [
        keras.Input((32, 32, 3)),
        layers.RandomFlip("horizontal"),
        layers.Conv2D(8, 3),
        layers.Dropout(0.5),
        layers.GlobalAveragePooling2D(),
        layers.Dense(2, activation="softmax"),
    ]
)
model(np.zeros((1, 32, 32, 3), np.float32))
model.export("model.onnx", format="onnx", verbose=False)
kinds = {node.op_type for node in onnx.load("model.onnx").graph.node}
print("a file is written:", os.path.exists("model.onnx"))
print("Dropout is in it:", "Dropout" in kinds)
print("random numbers are in it:", *sorted(kind for kind in kinds if "Random" in kind))
EOF_PY
venv/bin/python look.py 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
a file is written: True
Dropout is in it: False
random numbers are in it: StatelessRandomUniformV2
EOF_STATED
diff stated seen && echo 'as stated'
