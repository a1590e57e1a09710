#!/bin/sh
# Makes .venv in the root of the checkout: the Python side of the benchmarks and of the fixtures. The product never
# uses it. Give another Python as the first argument: sh scripts/make-venv.sh python3.12
set -eu
cd "$(dirname "$0")/.."
python="${1:-python3}"
"$python" -m venv .venv
.venv/bin/python -m pip install --quiet --upgrade pip
# The build of torch without CUDA is a tenth of the size; where its index cannot be reached, PyPI's does as well.
.venv/bin/python -m pip install --quiet torch torchvision --index-url https://download.pytorch.org/whl/cpu \
  || .venv/bin/python -m pip install --quiet torch torchvision
.venv/bin/python -m pip install --quiet fastai onnx onnxruntime onnxscript pillow scikit-learn scikit-image \
  safetensors huggingface_hub
.venv/bin/python -c 'import torch, torchvision, fastai; print("torch", torch.__version__, "fastai", fastai.__version__)'
