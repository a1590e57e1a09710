#!/usr/bin/env bash
# Keras 3.15.1, image_dataset_from_directory with hidden folders.
#
# Behaviour: a hidden folder is no class, but one inside a class is read: what Jupyter keeps in .ipynb_checkpoints is learnt from.
# Guess:     hidden folders are left out everywhere, as they are at the top.
# Seen:      classes cat dog; photos cat/.ipynb_checkpoints/0.jpg cat/0.jpg dog/0.jpg
# Source:    keras/src/utils/dataset_utils.py, index_directory and iter_valid_files
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv || exit 2
venv/bin/pip install --quiet keras==3.15.1 tensorflow-cpu==2.21.0 pillow==13.0.0 || exit 2

cat > look.py <<'EOF_PY'
import os

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
from pathlib import Path

import keras
from PIL import Image

for folder in ("cat", "dog", ".thumbnails", "cat/.ipynb_checkpoints"):
    Path("photos", folder).mkdir(parents=True)
    Image.new("RGB", (32, 32), (len(folder), 0, 0)).save(f"photos/{folder}/0.jpg")
found = keras.utils.image_dataset_from_directory("photos", shuffle=False)
print("classes", *found.class_names)
print("photos", *sorted(str(Path(path).relative_to("photos")) for path in map(os.path.relpath, found.file_paths)))
EOF_PY
venv/bin/python look.py 2> errors | tee seen || { cat errors; exit 1; }

cat > stated <<'EOF_STATED'
Found 3 files belonging to 2 classes.
classes cat dog
photos cat/.ipynb_checkpoints/0.jpg cat/0.jpg dog/0.jpg
EOF_STATED
diff stated seen && echo 'as stated'
