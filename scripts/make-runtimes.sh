#!/bin/sh
# Makes .venv-runtimes in the root of the checkout: what `npm run -s bench -- runtimes` opens models in, a folder for each package
# and version, so that several versions of one stand side by side. The product never uses it.
# sh scripts/make-runtimes.sh [PYTHON] [FOLDER]
set -eu
cd "$(dirname "$0")/.."
python="${1:-python3}"
folder="${2:-.venv-runtimes}"
[ -x "$folder/bin/python" ] || "$python" -m venv "$folder"
# The last one that packages built for either major version of NumPy accept.
"$folder/bin/python" -m pip install --quiet 'numpy==1.26.4' packaging flatbuffers protobuf typing-extensions
put() {
  name="$1"
  shift
  [ -d "$folder/targets/$name" ] && return
  "$folder/bin/python" -m pip install --quiet --target "$folder/targets/$name.part" "$@" \
    && mv "$folder/targets/$name.part" "$folder/targets/$name" \
    || { rm -rf "$folder/targets/$name.part"; echo "$name: not for this Python"; }
}
for version in 1.15.0 1.16.3 1.17.3 1.18.1 1.20.1 1.23.2 1.32.0; do
  put "onnxruntime-$version" --no-deps "onnxruntime==$version"
done
for version in 4.8.1.78 4.10.0.84 4.12.0.88; do
  put "opencv-$version" --no-deps "opencv-python-headless==$version"
done
put opencv-5.0.0.93 opencv-python-headless==5.0.0.93
put openvino-2026.4.1 openvino==2026.4.1
put openvino-2023.3.0 --no-deps openvino==2023.3.0
put tract-0.23.9 tract==0.23.9
put mnn-3.6.1 --no-deps MNN==3.6.1
put onnx-1.23.2 onnx==1.23.2
put onnx2torch-1.5.15 --no-deps onnx2torch==1.5.15
put onnxslim-0.1.98 onnxslim==0.1.98
put onnxsim-0.8.1 --no-deps onnxsim==0.8.1
