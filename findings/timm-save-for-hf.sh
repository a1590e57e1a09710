#!/usr/bin/env bash
# timm 1.0.31, timm.models.save_for_hf (large download: PyTorch).
#
# Behaviour: what is saved on disk is a pickle, pytorch_model.bin; push_to_hf_hub of the same model writes safetensors as well.
# Guess:     both files, as the Hub has them.
# Seen:      config.json pytorch_model.bin
# Source:    timm/models/_hub.py: save_for_hf(safe_serialization=False), push_to_hf_hub(safe_serialization="both")
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv || exit 2
venv/bin/pip install --quiet timm==1.0.31 torch==2.15.0 torchvision==0.29.2 safetensors==0.8.0 || exit 2

cat > look.py <<'EOF_PY'
import os

import timm

timm.models.save_for_hf(timm.create_model("resnet18", num_classes=5), "saved")
print(*sorted(os.listdir("saved")))
EOF_PY
venv/bin/python look.py 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
config.json pytorch_model.bin
EOF_STATED
diff stated seen && echo 'as stated'
